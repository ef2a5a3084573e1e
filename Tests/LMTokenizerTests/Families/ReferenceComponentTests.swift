import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

/// Tokenizers of Hugging Face's library, and what it says about some texts.
struct ReferenceCases {
  struct Case {
    let text: String
    let ids: [Int32]
    /// Ranges of code points.
    let offsets: [[Int]]
    let decoded: String
    let decodedWithSpecials: String
  }
  let cases: [Case]

  /// Reads a file of `reference_components.py`.
  init(path: String) throws {
    cases = try JSONField(JSON.read(path), in: path).array().map { row in
      let row = try row.array()
      return Case(
        text: try row[0].string(), ids: try row[1].array().map { Int32(try $0.integer()) },
        offsets: try row[2].array().map { try $0.array().map { try $0.integer() } },
        decoded: try row[3].string(), decodedWithSpecials: try row[4].string())
    }
  }

  /// Compares ids, places and decoded texts of every case.
  func compare(_ tokenizer: Tokenizer, _ name: String) throws {
    for one in cases {
      let shown = "\(name) \(JSON.string(one.text).text())"
      #expect(try tokenizer.encode(one.text, specials: .allowed) == one.ids, "\(shown)")
      let located = try tokenizer.encodeWithOffsets(one.text, specials: .allowed)
      #expect(located.map(\.id) == one.ids, "\(shown)")
      #expect(
        located.map { [$0.codePoints.lowerBound, $0.codePoints.upperBound] } == one.offsets, "\(shown)")
      let decoded = try tokenizer.decode(one.ids)
      #expect(Array(decoded.utf8) == Array(one.decoded.utf8), "\(shown)")
      let whole = try tokenizer.decode(one.ids, skipSpecialTokens: false)
      #expect(Array(whole.utf8) == Array(one.decodedWithSpecials.utf8), "\(shown)")
    }
  }
}

@Suite struct ReferenceComponentTests {
  /// Every normalizer, pre-tokenizer, model and decoder alone; what we write must be the same tokenizer, here and
  /// in Hugging Face's library.
  @Test func `every component does what it does in the reference`() throws {
    let script = "reference_components.py"
    let folder = TemporaryDirectory()
    guard let names = try Reference.run([folder.path, "5", "250"], script: script)?.filter({ !$0.isEmpty })
    else { return }
    #expect(names.count > 80)
    var saved: [TemporaryDirectory] = []
    var pairs: [String] = []
    for name in names {
      let path = "\(folder.path)/\(name).json"
      let reference = try ReferenceCases(path: "\(folder.path)/\(name).cases.json")
      let tokenizer = try Tokenizer.load(path: path)
      try reference.compare(tokenizer, name)
      let own = TemporaryDirectory()
      saved.append(own)
      try tokenizer.save(to: own.path)
      try reference.compare(Tokenizer.load(path: own.path), "saved \(name)")
      pairs += [own.path + "/tokenizer.json", "\(folder.path)/\(name).cases.json"]
    }
    let lines = try Reference.run(["check"] + pairs, script: script) ?? []
    for (name, line) in zip(names, lines) { #expect(line == "0", "\(name)") }
    #expect(lines.count > names.count)
  }

  static let families = [
    "gpt2", "llama2", "llama3.derived", "qwen2.derived", "bert_base_cased", "gte",
  ].map { "tokenizers/hf/\($0).tokenizer.json" }

  @Test(arguments: families)
  func `published tokenizers encode, place and decode as in the reference`(name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let folder = TemporaryDirectory()
    let file = folder.path + "/cases.json"
    guard try Reference.run(["cases", path, file, "17", "1500"], script: "reference_components.py") != nil
    else { return }
    let reference = try ReferenceCases(path: file)
    #expect(reference.cases.count == 1500)
    try reference.compare(Tokenizer.load(path: path), name)
  }
}
