import LMTokenizer
import Testing

@Suite struct BPEModelTests {
  /// Random merges over the bytes a…d: the deeper the tokens, the more pairs compete.
  static func randomModel(seed: UInt64, merges count: Int, ignoresMerges: Bool = false) -> BPEModel {
    var generator = SeededGenerator(seed: seed)
    var vocabulary = Vocabulary()
    for byte in 0...255 { vocabulary.append(CollectionOfOne(UInt8(byte))) }
    var usable: [Int32] = [97, 98, 99, 100]
    var merges: [BPEModel.Merge] = []
    for _ in 0..<count {
      guard let left = usable.randomElement(using: &generator),
        let right = usable.randomElement(using: &generator)
      else { continue }
      let bytes = Array(vocabulary[Int(left)] + vocabulary[Int(right)])
      guard bytes.count < 40, vocabulary.id(of: bytes) == nil else { continue }
      merges.append(.init(left: left, right: right, result: Int32(vocabulary.count)))
      usable.append(Int32(vocabulary.count))
      vocabulary.append(bytes)
    }
    return BPEModel(
      vocabulary: vocabulary, modelCount: vocabulary.count, byteTokens: (0...255).map { Int32($0) },
      merges: merges.shuffled(using: &generator), ignoresMerges: ignoresMerges)
  }

  /// The definition, word for word: merge the pair of the smallest rank, the leftmost of equals.
  static func naive(_ model: BPEModel, _ piece: [UInt8]) -> [Int32] {
    var symbols = piece.map { Int32($0) }
    while true {
      var best: (rank: Int, position: Int)?
      for position in 0..<max(0, symbols.count - 1) {
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

  static func merged(_ model: BPEModel, _ piece: [UInt8]) -> [Int32] {
    var merger = PieceMerger(model)
    var output = TokenBuffer(reserving: 4)
    piece.withUnsafeBufferPointer { merger.encode($0, into: &output) }
    return Array(output.ids)
  }

  @Test(arguments: 0..<8) func `scan and heap merge as the definition says`(seed: UInt64) {
    let model = Self.randomModel(seed: seed, merges: 60)
    var generator = SeededGenerator(seed: seed + 100)
    for length in [0, 1, 2, 7, 8, 9, 31, 32, 33, 95, 96, 97, 200] {
      let piece = (0..<length).map { _ in UInt8.random(in: 97...100, using: &generator) }
      let expected = Self.naive(model, piece)
      #expect(Self.merged(model, piece) == expected)
      var symbols = piece.map { Int32($0) }
      HeapMerger.merge(&symbols, model.pairs)
      #expect(symbols == expected)
    }
  }

  @Test func `a whole token is kept where merges are ignored`() {
    let model = Self.randomModel(seed: 3, merges: 60, ignoresMerges: true)
    for id in 256..<model.vocabulary.count {
      #expect(Self.merged(model, Array(model.vocabulary[id])) == [Int32(id)])
    }
  }

  @Test func `ids do not depend on the size of the cache, and the cache keeps its cap`() {
    let model = Self.randomModel(seed: 5, merges: 80)
    var generator = SeededGenerator(seed: 6)
    let text = (0..<60_000).map { _ in " abcd".utf8.randomElement(using: &generator) ?? 32 }
    func encode(_ encoder: inout BPEEncoder) -> [Int32] {
      var output = TokenBuffer(reserving: 4)
      text.withUnsafeBufferPointer {
        encoder.encode(TextCursor($0), 0..<text.count, pattern: .gpt2, into: &output)
      }
      return Array(output.ids)
    }
    var large = BPEEncoder(model)
    let expected = encode(&large)
    let again = encode(&large)
    #expect(again == expected)
    let limit = 2 << 20
    var small = BPEEncoder(model, cacheByteLimit: limit)
    for _ in 0..<3 {
      let ids = encode(&small)
      #expect(ids == expected)
    }
    let size = small.cacheByteCount
    #expect(size <= limit + limit / 4)
    var direct: [Int32] = []
    for piece in SplitPattern.gpt2.pieces(of: text) { direct += Self.merged(model, piece) }
    #expect(direct == expected)
  }
}
