import LMRuntime
import LMTestSupport
import Testing

@Suite struct TokenizerVerbTests {
  private let temporary = TemporaryDirectory()

  @Test func `a tokenizer is trained, encodes and decodes`() throws {
    let data = try temporary.write("text.txt", SampleRun.text)
    let trained = try LM.run(["tokenizer", "train", data, "--vocab-size", "300", "--out", temporary("t"), "--quiet"])
    #expect(trained.exitCode == 0 && trained.errors.isEmpty && trained.output.isEmpty, "\(trained.errors)")
    for text in ["the small fox", "dörflich 三 \u{1F98A}<|bos|>", "  tabs\tand\nlines \n"] {
      for tokenizer in [temporary("t"), temporary("t/tokenizer.json"), "bytes"] {
        let encoded = try LM.run(["tokenizer", "encode", "--tokenizer", tokenizer, "-"], input: Array(text.utf8))
        let decoded = try LM.run(["tokenizer", "decode", "--tokenizer", tokenizer, encoded.output])
        #expect(decoded.output == text + "\n", "\(tokenizer): \(encoded.errors)\(decoded.errors)")
        let json = try LM.run(["tokenizer", "encode", "--tokenizer", tokenizer, "--json", "-"], input: Array(text.utf8))
        let ids = try JSONField(try JSON.parse(json.output, from: "stdout"), in: "stdout")["ids"].array()
        #expect(try ids.map { "\(try $0.integer())" }.joined(separator: " ") + "\n" == encoded.output)
      }
    }
    let report = try LM.run(["tokenizer", "inspect", "--tokenizer", temporary("t"), "--input", data, "--json"])
    let field = JSONField(try JSON.parse(report.output, from: "stdout"), in: "stdout")
    #expect(try field["bytes"].integer() == SampleRun.text.count && field["bytes_per_token"].double() > 2)
  }

  @Test(arguments: [
    (["encode", "--tokenizer", "bytes"], 64, "TEXT: is missing"), (["decode", "--tokenizer", "bytes", "1 x"], 64, "\"x\" is no id"),
    (["decode", "--tokenizer", "bytes", "999999"], 2, "999999"), (["decode", "--tokenizer", "bytes", "99999999999"], 64, "is no id"),
    (["encode", "--tokenizer", "/nothing/here", "x"], 2, "/nothing/here"),
    (["encode", "--tokenizer", "bytes", "--input", "/nothing/here"], 2, "/nothing/here"),
    (["train", "/nothing/here", "--out", "/tmp/never"], 2, "is missing"),
    (["train", "/dev/null", "--out", "/tmp/never"], 2, "/dev/null"), (["train", "--out", "/tmp/never"], 64, "files"),
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
    let outcome = try LM.run(["tokenizer", "train", data, "--vocab-size=\(size)", "--out", temporary("t"), "--quiet"])
    #expect(outcome.isRefused(64, saying: "vocabulary size: is \(size)"), "\(outcome.errors)")
    #expect(FileSystem.kind(of: temporary("t")) == nil)
  }
}
