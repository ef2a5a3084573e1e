import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct SamplingTests {
  private static func unigram() -> Tokenizer {
    let tokens = [("<unk>", -9.0), ("a", -1.0), ("b", -1.5), ("ab", -2.0)]
    var vocabulary = Vocabulary()
    for (token, _) in tokens { vocabulary.append(token.utf8) }
    let model = UnigramModel(vocabulary: vocabulary, scores: tokens.map(\.1), unknownID: 0)
    return Tokenizer(model: .unigram(model), decoder: .fuse, addedTokens: [])
  }

  @Test(arguments: ["gpt2", "llama2"])
  func `no dropout is plain encoding, full dropout merges nothing, and the text stays`(name: String) throws {
    guard let path = SharedData.path("tokenizers/hf/\(name).tokenizer.json") else { return }
    let tokenizer = try Tokenizer.load(path: path)
    let text = "Tokenizers are tested thoroughly, 漢字 too."
    var random = RandomStream(seed: 1)
    let plain = try tokenizer.encode(text)
    #expect(try tokenizer.sample(text, .dropout(0), using: &random) == plain)
    let single = try tokenizer.sample(text, .dropout(1), using: &random, addSpecialTokens: false)
    #expect(single.count >= text.unicodeScalars.count)
    var seen: Set<[Int32]> = []
    for _ in 0..<20 {
      let ids = try tokenizer.sample(text, .dropout(0.3), using: &random)
      #expect(try tokenizer.decode(ids) == text)
      seen.insert(ids)
    }
    // A merge that was passed over is tried again, so long pieces change little.
    #expect(seen.count > 1)
    var first = RandomStream(seed: 5)
    var second = RandomStream(seed: 5)
    #expect(
      try tokenizer.sample(text, .dropout(0.5), using: &first)
        == tokenizer.sample(text, .dropout(0.5), using: &second))
    #expect(throws: LMError.self) { try tokenizer.sample(text, .dropout(1.5), using: &first) }
    #expect(throws: LMError.self) { try tokenizer.sample(text, .unigram(1), using: &first) }
  }

  @Test func `segmentations come as often as their probability says`() throws {
    let tokenizer = Self.unigram()
    var random = RandomStream(seed: 2)
    let draws = 20_000
    var whole = 0
    for _ in 0..<draws where try tokenizer.sample("ab", .unigram(0.5), using: &random) == [3] { whole += 1 }
    // exp(0.5 · -2) against exp(0.5 · -2.5): 1 / (1 + exp(-0.25)) = 0.5622; six standard deviations are 0.021.
    #expect(abs(Double(whole) / Double(draws) - 0.5622) < 0.021)
    #expect(try tokenizer.sample("xyab", .unigram(60), using: &random) == [0, 3])
    #expect(throws: LMError.self) { try tokenizer.sample("ab", .unigram(-1), using: &random) }
  }

  @Test func `counting gives the number of ids, or nothing beyond the limit`() throws {
    for name in ["gpt2", "llama2", "gte"] {
      guard let path = SharedData.path("tokenizers/hf/\(name).tokenizer.json"),
        let bytes = try SharedData.bytes("corpora/wikitext2-valid.txt")
      else { continue }
      let tokenizer = try Tokenizer.load(path: path)
      let text = String(decoding: bytes, as: UTF8.self)
      let count = try tokenizer.encode(text).count
      #expect(try tokenizer.count(of: text) == count)
      #expect(try tokenizer.count(of: text, limit: count) == count)
      #expect(try tokenizer.count(of: text, limit: count - 1) == nil)
      #expect(try tokenizer.count(of: text, limit: 5) == nil)
    }
    #expect(try Tokenizer.bytes().count(of: "") == 0)
    #expect(try Self.unigram().count(of: "abx", limit: 2) == 2)
  }
}
