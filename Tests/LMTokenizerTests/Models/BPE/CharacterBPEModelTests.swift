import LMTokenizer
import Testing

@Suite struct CharacterBPEModelTests {
  private static let letters = ["a", "b", "é", "漢", "▁"]

  /// Random merges over a few letters; `x`, `y` and `😀` are unknown.
  private static func model(seed: UInt64, _ options: CharacterBPEModel.Options = .init()) -> CharacterBPEModel
  {
    var generator = SeededGenerator(seed: seed)
    var vocabulary = Vocabulary()
    vocabulary.append("<unk>".utf8)
    for letter in letters { vocabulary.append(letter.utf8) }
    var merges: [BPEModel.Merge] = []
    for _ in 0..<40 {
      let left = Int.random(in: 1..<vocabulary.count, using: &generator)
      let right = Int.random(in: 1..<vocabulary.count, using: &generator)
      let bytes = Array(vocabulary[left] + vocabulary[right])
      guard bytes.count < 24, vocabulary.id(of: bytes) == nil else { continue }
      merges.append(.init(left: Int32(left), right: Int32(right), result: Int32(vocabulary.count)))
      vocabulary.append(bytes)
    }
    return CharacterBPEModel(
      vocabulary: vocabulary, modelCount: vocabulary.count, merges: merges.shuffled(using: &generator),
      options: options)
  }

  /// The definition: merge the pair of the smallest rank, the leftmost of equals.
  private static func naive(_ model: CharacterBPEModel, _ text: String) -> [Int32] {
    var symbols: [Int32] = []
    for scalar in text.unicodeScalars {
      if let id = model.vocabulary.id(of: Array(String(scalar).utf8)) {
        symbols.append(id)
      } else if let unknown = model.options.unknownID,
        !(model.options.fusesUnknown && symbols.last == unknown)
      {
        symbols.append(unknown)
      }
    }
    while true {
      var best: (rank: Int, position: Int)?
      for position in symbols.indices.dropLast() {
        let pair = (symbols[position], symbols[position + 1])
        if let rank = model.merges.firstIndex(where: { ($0.left, $0.right) == pair }),
          rank < best?.rank ?? .max
        {
          best = (rank, position)
        }
      }
      guard let best else { return symbols }
      symbols.replaceSubrange(best.position...best.position + 1, with: [model.merges[best.rank].result])
    }
  }

  private static func text(_ length: Int, _ generator: inout SeededGenerator) -> String {
    (0..<length).map { _ in (letters + ["x", "y", "😀"]).randomElement(using: &generator) ?? "a" }.joined()
  }

  @Test(arguments: 0..<12)
  func `merging, whole and in cut pieces, is what the definition says`(seed: UInt64) throws {
    var options = CharacterBPEModel.Options()
    options.unknownID = seed % 3 == 0 ? nil : 0
    options.fusesUnknown = seed % 2 == 0
    let model = Self.model(seed: seed, options)
    let tokenizer = Tokenizer(model: .characters(model), decoder: nil, addedTokens: [])
    var generator = SeededGenerator(seed: seed + 50)
    for length in [0, 1, 2, 7, 8, 9, 31, 32, 33, 95, 96, 97, 150] {
      for _ in 0..<4 {
        let text = Self.text(length, &generator)
        let expected = Self.naive(model, text)
        #expect(TokenizerModel.characters(model).ids(ofPiece: Array(text.utf8)) == expected)
        #expect(try tokenizer.encode(text) == expected, "\(text)")
      }
    }
  }

  @Test func `ranks that are given come before the order of the list`() {
    var vocabulary = Vocabulary()
    for token in ["a", "b", "ab", "ba"] { vocabulary.append(token.utf8) }
    let merges = [BPEModel.Merge(left: 0, right: 1, result: 2), .init(left: 1, right: 0, result: 3)]
    func ids(_ ranks: [UInt32]?) -> [Int32] {
      let model = CharacterBPEModel(vocabulary: vocabulary, modelCount: 4, merges: merges, ranks: ranks)
      return TokenizerModel.characters(model).ids(ofPiece: Array("aba".utf8))
    }
    #expect(ids(nil) == [2, 0])
    #expect(ids([5, 4]) == [0, 3])
  }

  @Test func `bytes stand for what is unknown where all of them are tokens`() throws {
    var vocabulary = Vocabulary()
    for token in ["<unk>", "a", "<0xC3>", "<0xA9>"] { vocabulary.append(token.utf8) }
    var options = CharacterBPEModel.Options()
    options.unknownID = 0
    options.usesByteFallback = true
    let model = CharacterBPEModel(vocabulary: vocabulary, modelCount: 4, merges: [], options: options)
    #expect(TokenizerModel.characters(model).ids(ofPiece: Array("aéè".utf8)) == [1, 2, 3, 0])
  }
}
