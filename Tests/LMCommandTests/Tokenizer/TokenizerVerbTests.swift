import LMRuntime
import LMTestSupport
import Testing

@Suite struct TokenizerVerbTests {
  private let temporary = TemporaryDirectory()

  @Test func `a tokenizer is trained, encodes and decodes`() throws {
    let data = try temporary.write("text.txt", SampleRun.text)
    let trained = try LM.run([
      "tokenizer", "train", data, "--vocab-size", "300", "--out", temporary("t"), "--quiet",
    ])
    #expect(trained.exitCode == 0 && trained.errors.isEmpty && trained.output.isEmpty, "\(trained.errors)")
    for text in ["the small fox", "dörflich 三 \u{1F98A}<|bos|>", "  tabs\tand\nlines \n"] {
      for tokenizer in [temporary("t"), temporary("t/tokenizer.json"), "bytes"] {
        let encoded = try LM.run(
          ["tokenizer", "encode", "--tokenizer", tokenizer, "-"], input: Array(text.utf8))
        let decoded = try LM.run(["tokenizer", "decode", "--tokenizer", tokenizer, encoded.output])
        #expect(decoded.output == text + "\n", "\(tokenizer): \(encoded.errors)\(decoded.errors)")
        let json = try LM.run(
          ["tokenizer", "encode", "--tokenizer", tokenizer, "--json", "-"], input: Array(text.utf8))
        let ids = try JSONField(try JSON.parse(json.output, from: "stdout"), in: "stdout")["ids"].array()
        #expect(try ids.map { "\(try $0.integer())" }.joined(separator: " ") + "\n" == encoded.output)
      }
    }
    let report = try LM.run([
      "tokenizer", "inspect", "--tokenizer", temporary("t"), "--input", data, "--json",
    ])
    let field = JSONField(try JSON.parse(report.output, from: "stdout"), in: "stdout")
    #expect(try field["bytes"].integer() == SampleRun.text.count && field["bytes_per_token"].double() > 2)
  }

  @Test func `a trained tokenizer is continued, and its ids stay`() throws {
    let data = try temporary.write("text.txt", SampleRun.text)
    let more = try temporary.write("more.txt", Array("Der alte Mann und der junge Mann und der Hund. ".utf8))
    let flags = ["--quiet", "--vocab-size"]
    #expect(
      try LM.run(["tokenizer", "train", data, "--out", temporary("t")] + flags + ["280"]).exitCode == 0)
    let continued = try LM.run(
      ["tokenizer", "train", more, "--continue", temporary("t"), "--out", temporary("u")] + flags + ["295"])
    #expect(continued.exitCode == 0 && continued.errors.isEmpty, "\(continued.errors)")
    func encode(_ tokenizer: String, _ text: String) throws -> [Int] {
      try LM.run(["tokenizer", "encode", "--tokenizer", temporary(tokenizer), text]).output
        .split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
    #expect(try encode("t", "the small fox") == encode("u", "the small fox"))
    let (old, new) = (try encode("t", "und der Mann"), try encode("u", "und der Mann"))
    #expect(new.count < old.count && (new.max() ?? 0) >= 280 && (old.max() ?? 0) < 280)
    for (arguments, part) in [
      (["--vocab-size", "280"], "is 280, expected 281"), ([], "--vocab-size: is missing"),
      (["--vocab-size", "300", "--pattern", "gpt2"], "--pattern: cannot change"),
      (["--vocab-size", "300", "--special", "<x>"], "--special: cannot change"),
    ] {
      let base = [
        "tokenizer", "train", more, "--continue", temporary("t"), "--out", temporary("v"), "--quiet",
      ]
      let outcome = try LM.run(base + arguments)
      #expect(outcome.isRefused(64, saying: part), "\(outcome.errors)")
    }
  }

  @Test(arguments: ["bpe", "unigram", "wordpiece"])
  func `every kind is trained, keeps its special tokens, and transformers opens it`(kind: String) throws {
    let data = try temporary.write("text.txt", SampleRun.text)
    let trained = try LM.run([
      "tokenizer", "train", data, "--model-type", kind, "--vocab-size", "400", "--normalizer", "nfkc",
      "--special", "<a>", "[CLS]", "[SEP]", "--out", temporary(kind), "--quiet",
    ])
    #expect(trained.exitCode == 0 && trained.errors.isEmpty && trained.output.isEmpty, "\(trained.errors)")
    let text = "the small ﬁsh x漢 two"
    let file = try temporary.write("sample.txt", Array(text.utf8))
    func run(_ verb: String, _ text: String) throws -> String {
      try LM.run(["tokenizer", verb, "--tokenizer", temporary(kind), text]).output
    }
    let ids = try run("encode", text)
    if kind == "bpe" { #expect(try run("decode", ids) == "the small fish x漢 two\n") }
    #expect(try run("decode", ids).hasPrefix("the small"))
    // What a text says is no special token, and <unk> or [UNK] goes first where it is not named.
    let first = kind == "bpe" ? 0 : 1
    #expect(try run("encode", "<a>").split(separator: " ").first.map { Int($0) } != first)
    #expect(
      try LM.run(["tokenizer", "encode", "--tokenizer", temporary(kind), "--special-tokens", "<a>"]).output
        == "\(first)\n")
    guard let python = Python.interpreter(finding: ["transformers", "tokenizers"]) else {
      print("skipped: no Python with transformers (set LM_PYTHON)")
      return
    }
    let script = SharedData.packageRoot + "/Tests/Reference/reference_tokenizers.py"
    let command =
      "'\(python)' '\(script)' transformers '\(temporary(kind))' '\(file)' > '\(temporary("out"))'"
    #expect(Python.run("sh", ["-c", command]) == 0)
    let output = String(decoding: try TemporaryDirectory.bytes(of: temporary("out")), as: UTF8.self)
    let theirs = output.split(separator: "\n").first.map { String($0) + "\n" }
    // transformers puts [CLS] and [SEP] around, 2 and 3 behind [UNK] and <a>.
    #expect(theirs == (kind == "wordpiece" ? "2 \(ids.dropLast()) 3\n" : ids))
  }

  @Test func `inspect shows unused entries and words by script or language`() throws {
    let data = try temporary.write("text.txt", SampleRun.text)
    #expect(
      try LM.run(["tokenizer", "train", data, "--vocab-size", "290", "--out", temporary("t"), "--quiet"])
        .exitCode == 0)
    let base = ["tokenizer", "inspect", "--tokenizer", temporary("t"), "--quiet"]
    let people = try LM.run(base + ["--input", data])
    #expect(people.output.contains("Latin") && people.output.contains("tokens per word"), "\(people.errors)")
    let german = try temporary.write("de.txt", Array("Der alte Mann".utf8))
    let json = try LM.run(base + ["--json", "--language", "en=\(data)", "de=\(german)"])
    let field = JSONField(try JSON.parse(json.output, from: "stdout"), in: "stdout")
    let names = try field["languages"].array().map { try $0["name"].string() }
    let germanWords = try field["languages"].array()[1]["words"].integer()
    #expect(names == ["en", "de"] && germanWords == 3)
    #expect(try field["unused_examples"].array().count <= 12)
    for (arguments, code, part) in [
      (["--language", "german.txt"], 64 as Int32, "is not NAME=PATH"),
      (["--language", "de=/nothing/here"], 2, "/nothing/here"),
      (["text", "--language", "de=\(german)"], 64, "--language"), (["--input", "/dev/null"], 2, "/dev/null"),
    ] {
      let outcome = try LM.run(base + arguments)
      #expect(outcome.isRefused(code, saying: part), "\(outcome.errors)")
    }
  }

  @Test(
    arguments: [
      (["encode", "--tokenizer", "bytes"], 64, "TEXT: is missing"),
      (["decode", "--tokenizer", "bytes", "1 x"], 64, "\"x\" is no id"),
      (["decode", "--tokenizer", "bytes", "999999"], 2, "999999"),
      (["decode", "--tokenizer", "bytes", "99999999999"], 64, "is no id"),
      (["encode", "--tokenizer", "/nothing/here", "x"], 2, "/nothing/here"),
      (["encode", "--tokenizer", "bytes", "--input", "/nothing/here"], 2, "/nothing/here"),
      (["train", "/nothing/here", "--out", "/tmp/never"], 2, "is missing"),
      (["train", "/dev/null", "--out", "/tmp/never"], 2, "/dev/null"),
      (["train", "--out", "/tmp/never"], 64, "files"),
      (
        ["train", "x", "--model-type", "unigram", "--pattern", "gpt2", "--out", "/tmp/never"], 64, "--pattern"
      ),
      (["train", "x", "--model-type", "word", "--out", "/tmp/never"], 64, "model-type"),
      (["train", "x", "--normalizer", "upper", "--out", "/tmp/never"], 64, "normalizer"),
      (["dance"], 64, "see lm tokenizer --help"), (["train"], 64, "see lm tokenizer train --help"),
    ] as [([String], Int32, String)])
  func `what cannot be is refused`(arguments: [String], code: Int32, part: String) throws {
    let outcome = try LM.run(["tokenizer"] + arguments)
    #expect(outcome.isRefused(code, saying: part), "\(outcome.exitCode): \(outcome.errors)\(outcome.output)")
    #expect(FileSystem.kind(of: "/tmp/never") == nil)
  }

  @Test(arguments: ["10", "0", "-1", "100000000000"])
  func `sizes of a vocabulary that cannot be`(size: String) throws {
    let data = try temporary.write("text.txt", SampleRun.text)
    let outcome = try LM.run([
      "tokenizer", "train", data, "--vocab-size=\(size)", "--out", temporary("t"), "--quiet",
    ])
    #expect(outcome.isRefused(64, saying: "vocabulary size: is \(size)"), "\(outcome.errors)")
    #expect(FileSystem.kind(of: temporary("t")) == nil)
  }
}
