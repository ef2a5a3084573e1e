import LMTokenizer
import Testing

@Suite struct UnigramModelTests {
  private static func model(
    _ tokens: [(String, Double)], precision: UnigramModel.Precision = .double, fallback: Bool = false
  ) -> UnigramModel {
    var vocabulary = Vocabulary()
    for (token, _) in tokens { vocabulary.append(token.utf8) }
    return UnigramModel(
      vocabulary: vocabulary, scores: tokens.map(\.1), unknownID: 0, usesByteFallback: fallback,
      precision: precision)
  }

  private static func ids(_ model: UnigramModel, _ text: String) -> [Int32] {
    TokenizerModel.unigram(model).ids(ofPiece: Array(text.utf8))
  }

  @Test func `the example of the reference comes out`() {
    let model = Self.model([
      ("<unk>", 0), ("a", 0), ("b", 0), ("c", 0), ("d", 0), ("cd", 1), ("ab", 2), ("abc", 5), ("abcd", 10),
    ])
    #expect(Self.ids(model, "abcdacdxx") == [8, 1, 5, 0])
    #expect(Self.ids(model, "") == [])
    #expect(Self.ids(model, "xaéy") == [0, 1, 0])
  }

  /// The best sum over all segmentations, by trying all of them.
  private static func best(_ model: UnigramModel, _ text: [UInt8], from start: Int = 0) -> Double {
    if start == text.count { return 0 }
    var result = -Double.infinity
    for end in start + 1...text.count {
      if let id = model.vocabulary.id(of: Array(text[start..<end])) {
        result = max(result, model.scores[Int(id)] + best(model, text, from: end))
      }
    }
    return result
  }

  @Test(arguments: [UnigramModel.Precision.double, .single])
  func `no segmentation has a higher sum`(precision: UnigramModel.Precision) {
    var generator = SeededGenerator(seed: 31)
    for _ in 0..<40 {
      var tokens = [("<unk>", -20.0)]
      for letter in ["a", "b", "c"] { tokens.append((letter, -.random(in: 1...9, using: &generator))) }
      for _ in 0..<12 {
        let token = (0..<Int.random(in: 2...5, using: &generator)).map { _ in
          ["a", "b", "c"].randomElement(using: &generator) ?? "a"
        }.joined()
        if !tokens.contains(where: { $0.0 == token }) {
          tokens.append((token, -.random(in: 1...12, using: &generator)))
        }
      }
      let model = Self.model(tokens, precision: precision)
      for length in [1, 2, 5, 9] {
        let text = (0..<length).map { _ in UInt8.random(in: 97...99, using: &generator) }
        let ids = TokenizerModel.unigram(model).ids(ofPiece: text)
        #expect(ids.flatMap { Array(model.vocabulary[Int($0)]) } == text)
        let sum = ids.map { model.scores[Int($0)] }.reduce(0, +)
        // Twelve scores below 12 in single precision are off by 12 · 12 · 2^-24 at most.
        #expect(abs(sum - Self.best(model, text)) < 1e-4)
      }
    }
  }

  @Test func `unknown characters become their bytes where the model has them`() {
    let bytes = (0...255).map {
      ("<0x\($0 < 16 ? "0" : "")\(String($0, radix: 16, uppercase: true))>", -20.0)
    }
    let model = Self.model([("<unk>", -5), ("a", -1)] + bytes, fallback: true)
    #expect(Self.ids(model, "aéa") == [1, 2 + 0xC3, 2 + 0xA9, 1])
  }
}
