import LMTokenizer
import Testing

@Suite struct BPEModelTests {
  /// Random merges over the bytes a…d: the deeper the tokens, the more pairs compete.
  static func randomModel(
    seed: UInt64, merges count: Int, bytes: [UInt8] = Array("abcd".utf8), ignoresMerges: Bool = false
  ) -> BPEModel {
    var generator = SeededGenerator(seed: seed)
    var vocabulary = Vocabulary()
    for byte in 0...255 { vocabulary.append(CollectionOfOne(UInt8(byte))) }
    var usable = bytes.map { Int32($0) }
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

  /// Words of 15 bytes that differ in a few bits: of so many, some share a place in the cache. (Once a
  /// comparison took such for equal.)
  @Test func `words that differ in a few bits are different in the cache`() {
    let model = Self.randomModel(seed: 1, merges: 0)
    var text: [UInt8] = []
    for number in 0..<120_000 {
      var word: [UInt8] = [0x20]
      var rest = number
      for _ in 0..<7 {
        word.append(UInt8(ascii: "a") + UInt8(rest % 15))
        rest /= 15
      }
      text += word + Array("ooooooo".utf8)
    }
    var encoder = BPEEncoder(model)
    for _ in 0..<2 {
      var output = TokenBuffer(reserving: text.count)
      text.withUnsafeBufferPointer {
        encoder.encode(TextCursor($0), 0..<text.count, pattern: .gpt2, into: &output)
      }
      // Not of two arrays: of so many elements the differences would take hours to find.
      let areSame = output.ids.elementsEqual(text.lazy.map { Int32($0) })
      #expect(areSame)
    }
  }

  /// Bytes of which most sequences are UTF-8, and some are not.
  private static let manyBytes: [UInt8] = [0xE3, 0x81, 0x82, 0x83, 0xE4, 0xB8, 0xC3, 0x61, 0xF0, 0x9F]

  @Test(arguments: 0..<12) func `text that falls apart is merged as the whole of it`(seed: UInt64) {
    let model = Self.randomModel(
      seed: seed, merges: 30 * Int(seed), bytes: Self.manyBytes, ignoresMerges: seed % 2 == 1)
    var generator = SeededGenerator(seed: seed + 200)
    var encoder = BPEEncoder(model)
    for length in Array(1...40) + [60, 130, 250] {
      for _ in 0..<4 {
        let piece = (0..<length).map { _ in Self.manyBytes.randomElement(using: &generator) ?? 0 }
        var output = TokenBuffer(reserving: 4)
        piece.withUnsafeBufferPointer {
          encoder.encode(TextCursor($0), 0..<length, pattern: nil, into: &output)
        }
        let whole = model.vocabulary.id(of: piece).flatMap { model.ignoresMerges ? [$0] : nil }
        #expect(Array(output.ids) == whole ?? Self.naive(model, piece), "\(piece)")
      }
    }
  }

  /// tiktoken's definition: of all adjacent tokens whose bytes together are a token, the smallest token, the
  /// leftmost of equals.
  @Test(arguments: 0..<12) func `one merge for each token does what all ways to join it do`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed + 300)
    var vocabulary = Vocabulary()
    for byte in 0...255 { vocabulary.append(CollectionOfOne(UInt8(byte))) }
    for _ in 0..<150 {
      let token = (0..<Int.random(in: 2...6, using: &generator)).map { _ in
        UInt8.random(in: 97...99, using: &generator)
      }
      if vocabulary.id(of: token) == nil { vocabulary.append(token) }
    }
    let byteTokens = (0...255).map { Int32($0) }
    let merges = CanonicalMerges.of(vocabulary, vocabulary.count, byteTokens: byteTokens) ?? []
    let model = BPEModel(
      vocabulary: vocabulary, modelCount: vocabulary.count, byteTokens: byteTokens, merges: merges,
      ranks: .resultID)
    for length in 1...60 {
      let piece = (0..<length).map { _ in UInt8.random(in: 97...99, using: &generator) }
      var parts = piece.map { [$0] }
      while let best = (0..<parts.count - 1).compactMap({ index in
        vocabulary.id(of: parts[index] + parts[index + 1]).map { (id: $0, index: index) }
      }).min(by: { ($0.id, $0.index) < ($1.id, $1.index) }) {
        parts.replaceSubrange(best.index...best.index + 1, with: [parts[best.index] + parts[best.index + 1]])
      }
      #expect(Self.merged(model, piece) == parts.compactMap { vocabulary.id(of: $0) }, "\(piece)")
    }
  }
}
