import Glibc
import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

extension JSONField {
  /// The field, nil where it is null.
  fileprivate var ifPresent: JSONField? { value == .null ? nil : self }
}

/// Tokenizers of Hugging Face's library, and what it says about some texts.
struct ReferenceCases {
  struct Case {
    let text: String
    let ids: [Int32]
    /// Ranges of code points, nil where the reference does not say.
    let offsets: [[Int]]?
    let decoded: String?
    let decodedWithSpecials: String?
  }
  let cases: [Case]

  /// Reads a file of `reference_components.py`.
  init(path: String) throws {
    cases = try JSONField(JSON.read(path), in: path).array().map { row in
      let row = try row.array()
      return Case(
        text: try row[0].string(), ids: try row[1].array().map { Int32(try $0.integer()) },
        offsets: try row[2].ifPresent?.array().map { try $0.array().map { try $0.integer() } },
        decoded: try row[3].ifPresent?.string(), decodedWithSpecials: try row[4].ifPresent?.string())
    }
  }

  /// Compares ids, places and decoded texts of every case; returns how many differ, and shows the first.
  @discardableResult func compare(
    _ tokenizer: Tokenizer, _ name: String, specials: SpecialTokenPolicy = .allowed
  ) throws -> Int {
    var different = 0
    for one in cases {
      let ids = try tokenizer.encode(one.text, specials: specials)
      var isSame = ids == one.ids
      if let offsets = one.offsets {
        let located = try tokenizer.encodeWithOffsets(one.text, specials: specials)
        isSame = isSame && located.map(\.id) == one.ids
        isSame =
          isSame && located.map { [$0.codePoints.lowerBound, $0.codePoints.upperBound] } == offsets
      }
      for (text, skips) in [(one.decoded, true), (one.decodedWithSpecials, false)] {
        guard let text else { continue }
        let decoded = try tokenizer.decode(one.ids, skipSpecialTokens: skips)
        isSame = isSame && decoded.utf8.elementsEqual(text.utf8)
      }
      if isSame { continue }
      different += 1
      if different <= 3 {
        Issue.record("\(name) \(JSON.string(one.text).text()): \(ids), expected \(one.ids)")
      }
    }
    #expect(different == 0, "\(name): \(different) of \(cases.count) differ")
    return different
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

  private static let others =
    ["llama2", "nai-t5", "spm_test_model"].map { "tokenizers/sentencepiece/\($0).model" }
    + ["r50k_base", "cl100k_base", "o200k_base"].map { "tokenizers/tiktoken/\($0).tiktoken" }

  /// `LM_REFERENCE_TEXTS`, else few enough to be quick.
  private static let textCount = getenv("LM_REFERENCE_TEXTS").flatMap { Int(String(cString: $0)) } ?? 1500

  @Test(arguments: families + others)
  func `published tokenizers encode, place and decode as in the reference`(name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let folder = TemporaryDirectory()
    // The texts of a run are made and compared in parts, so that their number does not matter to memory.
    for part in 0..<max(1, Self.textCount / 10_000) {
      let count = min(Self.textCount, 10_000)
      let file = folder.path + "/cases.json"
      let arguments = ["cases", path, file, "\(17 + part)", "\(count)"]
      guard try Reference.run(arguments, script: "reference_components.py") != nil else { return }
      let reference = try ReferenceCases(path: file)
      #expect(reference.cases.count == count)
      // sentencepiece and tiktoken's encode_ordinary take special tokens in a text for text.
      let specials: SpecialTokenPolicy = Self.families.contains(name) ? .allowed : .asText
      try reference.compare(Tokenizer.load(path: path), name, specials: specials)
    }
  }
}
