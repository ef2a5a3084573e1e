import Glibc
import LMRuntime
import LMTestSupport
import Testing

@Suite struct GenerateTests {
  private let temporary = TemporaryDirectory()

  /// `lm generate` on a model folder with a short answer.
  private func generate(_ arguments: [String], model: String? = nil, input: [UInt8] = []) throws -> LM.Outcome
  {
    try LM.run(
      ["generate", "--model", try model ?? SampleRun.finished().output, "-n", "8"] + arguments, input: input)
  }

  @Test func `equal seeds give equal texts`() throws {
    let first = try generate(["-p", "the", "--seed", "5"])
    #expect(first.exitCode == 0 && first.errors.isEmpty && first.output.hasPrefix("the"), "\(first.errors)")
    #expect(try generate(["-p", "the", "--seed", "5", "--threads", "1"]).output == first.output)
    #expect(try generate(["-p", "-", "--seed", "5"], input: Array("the".utf8)).output == first.output)
    let others = try (6..<10).map { try generate(["-p", "the", "--seed", "\($0)"]).output }
    #expect(others.contains { $0 != first.output })
    #expect(
      try generate(["-p", "the", "--temp", "0"]).output
        == generate(["-p", "the", "--temp", "0", "--seed", "9"]).output)
  }

  @Test func `JSON is one object and says what the text says`() throws {
    let plain = try generate(["-p", "the", "--seed", "5"])
    let outcome = try generate(["-p", "the", "--seed", "5", "--json", "--stats"])
    let field = JSONField(try JSON.parse(outcome.output, from: "stdout"), in: "stdout")
    #expect(try field["prompt"].string() + field["text"].string() + "\n" == plain.output)
    #expect(try field["tokens"].integer() == field["ids"].array().count)
    #expect(outcome.errors.contains("tokens/s"))
  }

  @Test(
    arguments: [
      (["-p", "a prompt that is longer than sixteen bytes"], 64, "the prompt: has"),
      (["-p", "the", "-n", "100"], 64, "--max-tokens"),
      (["-p", "the", "--max-tokens=-1"], 64, "--max-tokens: is -1"),
      (["-p", "the", "--temp=-1"], 64, "temp"), (["-p", "the", "--top-p=2"], 64, "top-p"),
      (["-p", "the", "--min-p=nan"], 64, "min-p"), (["-p", "the", "--top-k=-1"], 64, "top-k"),
      (["-p", "the", "--repeat-penalty=0"], 64, "repeat-penalty"),
      (["-p", "the", "--beams=-2"], 64, "--beams"),
      (["-p", "the", "--seed=x"], 64, "--seed"),
    ] as [([String], Int32, String)])
  func `what cannot be generated is refused`(arguments: [String], code: Int32, part: String) throws {
    let outcome = try generate(arguments)
    #expect(outcome.isRefused(code, saying: part), "\(outcome.exitCode): \(outcome.errors)\(outcome.output)")
  }

  @Test func `a prompt that is no text`() throws {
    #expect(try generate(["-p", "-"], input: [0xFF, 0xFE]).isRefused(2, saying: "stdin"))
  }

  /// The model of the finished run in a folder whose files can be replaced.
  private func modelFolder() throws -> String {
    let folder = temporary("model")
    if FileSystem.kind(of: folder) == nil { try copyFolder(try SampleRun.finished().output, to: folder) }
    return folder
  }

  private func expectRefusal(of name: String, _ bytes: [UInt8], _ part: String) throws {
    let folder = try modelFolder()
    let good = try TemporaryDirectory.bytes(of: "\(folder)/\(name)")
    try temporary.write("model/\(name)", bytes)
    let outcome = try generate(["-p", "the"], model: folder)
    #expect(
      outcome.isRefused(2, saying: part), "\(part) → \(outcome.exitCode): \(outcome.errors.prefix(400))")
    try temporary.write("model/\(name)", good)
  }

  @Test func `folders without a model`() throws {
    for (path, part) in [("nothing", "is neither a folder nor a GGUF file"), ("", "config.json")] {
      let outcome = try generate(["-p", "the"], model: temporary(path))
      #expect(outcome.isRefused(2, saying: part), "\(outcome.errors)")
    }
    let folder = try modelFolder()
    for name in ["tokenizer.json", "model.safetensors", "config.json"] {
      try FileSystem.removeTree("\(folder)/\(name)")
      let outcome = try generate(["-p", "the"], model: folder)
      #expect(outcome.isRefused(2, saying: name), "\(outcome.errors)")
    }
    // Pickles are never read.
    try temporary.write("model/pytorch_model.bin", Array("PK\u{3}\u{4}".utf8))
    #expect(try generate(["-p", "the"], model: folder).exitCode == 2)
  }

  /// A safetensors file: the claimed length of the header, the header, and so many zero bytes.
  private func file(_ header: String, claiming length: UInt64? = nil, data: Int = 0) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  @Test func `attacks in the header of the weights`() throws {
    func entry(_ name: String, _ shape: String, _ start: String, _ end: String) -> String {
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}"
    }
    let name = "model.norm.weight"
    let attacks: [[UInt8]] = [
      [], [1, 2, 3], file("", claiming: 1_000_000_000), file("{}", claiming: .max),
      file("{}", claiming: 1 << 63),
      file("{}", claiming: 100), file("[]"), file("{"), file("{}"),
      file(String(repeating: "[", count: 100_000)),
      file("{\(entry(name, "4611686018427387904,8", "0", "64"))}", data: 64),
      file("{\(entry(name, "9223372036854775807,9223372036854775807", "0", "4"))}", data: 4),
      file("{\(entry(name, "18446744073709551616", "0", "4"))}", data: 4),
      file("{\(entry(name, "-16", "0", "64"))}", data: 64),
      file("{\(entry(name, "16.5", "0", "66"))}", data: 66),
      file("{\(entry(name, "16", "0", "18446744073709551615"))}", data: 64),
      file("{\(entry(name, "16", "64", "0"))}", data: 64),
      file("{\(entry(name, "16", "0", "128"))}", data: 64),
      file("{\(entry("a", "16", "0", "64")),\(entry("b", "16", "32", "96"))}", data: 96),  // overlap
      file("{\(entry("a", "16", "0", "64")),\(entry("b", "16", "96", "160"))}", data: 160),  // gap
      file("{\(entry(name, "16", "0", "64")),\(entry(name, "16", "64", "128"))}", data: 128),  // twice
      file("{\(entry(name, "16", "0", "64"))}", data: 65),
      file("{\(entry(name, "16", "0", "64"))}", data: 63),
      file("{\(entry(name, "16", "0", "64"))}".replacing("F32", with: "F99"), data: 64),
      file("{\(entry(name, "16", "0", "64"))}", data: 64),  // whole, but all other tensors are missing
    ]
    for attack in attacks { try expectRefusal(of: "model.safetensors", attack, "model") }
    let weights = try TemporaryDirectory.bytes(of: "\(modelFolder())/model.safetensors")
    for length in [7, 8, 100, weights.count / 2, weights.count - 1] {
      try expectRefusal(of: "model.safetensors", Array(weights.prefix(length)), "model.safetensors")
    }
  }

  @Test func `sizes in config.json that the weights do not have`() throws {
    let config = try JSON.read("\(modelFolder())/config.json")
    let changes: [(key: String, value: JSON)] = [
      ("vocabulary_size", .integer(1 << 23)), ("vocabulary_size", .integer(258)), ("width", .integer(0)),
      ("width", .integer(Int.max)), ("layers", .integer(4000)), ("heads", .integer(3)), ("heads", .null),
      ("context_length", .integer(1 << 40)), ("head_width", .integer(-8)), ("position", "learned"),
      ("norm", "layer"),
      ("norm_epsilon", .integer(0)), ("hidden_width", .integer(25)), ("tied_head", .bool(false)),
    ]
    for (key, value) in changes {
      guard case .object(var object) = config, case .object(var own)? = object["lm"] else {
        Issue.record("config.json has no \"lm\"")
        return
      }
      own[key] = value
      object["lm"] = .object(own)
      try expectRefusal(of: "config.json", JSON.object(object).serialized(), "")
    }
    try expectRefusal(
      of: "config.json", Array("{\"model_type\": \"mamba\"}".utf8), "the architecture \"mamba\"")
    try expectRefusal(of: "config.json", Array("{\"model_type\"".utf8), "config.json")
    try expectRefusal(of: "config.json", [], "config.json")
  }

  @Test func `a broken tokenizer`() throws {
    let text = String(
      decoding: try TemporaryDirectory.bytes(of: "\(modelFolder())/tokenizer.json"), as: UTF8.self)
    let last = try #require(text.firstMatch(of: #/: ?258\b/#) ?? text.firstMatch(of: #/: ?255\b/#))
    let broken = [
      "", "{}", "[]", "{\"model\": {}}", String(text.prefix(text.count / 2)),
      text.replacing("\"vocab\"", with: "\"vocabulary\""), text.replacing("\"model\"", with: "\"models\""),
      text.replacingCharacters(in: last.range, with: ": 99999999"),
      text.replacingCharacters(in: last.range, with: ": -1"),
      text.replacingCharacters(in: last.range, with: ": 18446744073709551616"),
    ]
    for file in broken { try expectRefusal(of: "tokenizer.json", Array(file.utf8), "tokenizer.json") }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    var copy = self
    copy.replaceSubrange(range, with: text)
    return copy
  }
}
