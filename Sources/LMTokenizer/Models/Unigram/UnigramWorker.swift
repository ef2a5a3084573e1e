/// Finds the best segmentation of pieces by Viterbi's algorithm, from left to right.
///
/// Of every byte of the piece it keeps the token that ends there, four bytes; scores only as far back as the
/// longest token reaches.
final class UnigramWorker<Score: BinaryFloatingPoint>: PieceWorker {
  private let model: UnigramModel
  private let scores: [Score]
  private let unknownScore: Score
  private let unknownID: Int32
  /// The best score of a path to each place, in a ring.
  private var best: [Score]
  private let ringMask: Int
  /// The token on the best path that ends behind each byte.
  private var ends: [Int32] = []

  private static var unreached: Int32 { Int32.min }

  init(_ model: UnigramModel) {
    self.model = model
    scores = model.effectiveScores.map { Score($0) }
    unknownScore = Score(model.unknownScore)
    unknownID = model.unknownID ?? -1
    var size = 8
    while size <= model.trie.longestKey + 4 { size *= 2 }
    best = Array(repeating: 0, count: size)
    ringMask = size - 1
  }

  /// Longer paths are not kept for the next piece.
  private static var keptLength: Int { 1 << 20 }

  func encode(_ piece: TextCursor, into output: inout TokenBuffer) {
    findPath(piece)
    let before = output.count
    readPath(piece) { id, _ in if id >= 0 { output.append(id) } }
    var path = UnsafeMutableBufferPointer(start: output.base + before, count: output.count - before)
    path.reverse()
    if ends.count > Self.keptLength { ends = [] }
  }

  func encodeWithLengths(_ piece: TextCursor) -> [TokenLength] {
    findPath(piece)
    var tokens: [TokenLength] = []
    readPath(piece) { id, range in
      if id >= 0 { tokens.append(TokenLength(id: id, start: range.lowerBound, end: range.upperBound)) }
    }
    return tokens.reversed()
  }

  private func findPath(_ piece: TextCursor) {
    let count = piece.count
    if ends.count < count + 1 { ends = Array(repeating: Self.unreached, count: count + 1) }
    let trie = model.trie
    let mask = ringMask
    best.withUnsafeMutableBufferPointer { best in
      ends.withUnsafeMutableBufferPointer { ends in
        scores.withUnsafeBufferPointer { scores in
          for index in 0...count { ends[index] = Self.unreached }
          best[0] = 0
          var start = 0
          while start < count {
            let base = best[start & mask]
            let length = piece.codePoint(start).length
            var node = DoubleArrayTrie.root
            var end = start
            var hasSingle = false
            while end < count {
              node = trie.child(node, piece.bytes[end])
              if node < 0 { break }
              end &+= 1
              let token = trie.value(node)
              guard token >= 0 else { continue }
              if end &- start == length { hasSingle = true }
              let score = base + scores[Int(token)]
              if ends[end] == Self.unreached || score > best[end & mask] {
                best[end & mask] = score
                ends[end] = token
              }
            }
            if !hasSingle {
              end = start &+ length
              let score = base + unknownScore
              if ends[end] == Self.unreached || score > best[end & mask] {
                best[end & mask] = score
                ends[end] = -1
              }
            }
            start &+= length
          }
        }
      }
    }
  }

  /// Follows the path back from the end. Unknown characters in a row are one unknown token, or their bytes.
  private func readPath(_ piece: TextCursor, _ body: (Int32, Range<Int>) -> Void) {
    var end = piece.count
    var unknownEnd: Int?
    while end > 0 {
      let token = ends[end]
      let start =
        token < 0
        ? piece.startOfCodePoint(before: end) ?? end - 1 : end - model.vocabulary.length(Int(token))
      if token < 0 || token == unknownID {
        unknownEnd = unknownEnd ?? end
      } else {
        if let last = unknownEnd { readUnknown(piece, end..<last, body) }
        unknownEnd = nil
        body(token, start..<end)
      }
      end = start
    }
    if let last = unknownEnd { readUnknown(piece, 0..<last, body) }
  }

  private func readUnknown(_ piece: TextCursor, _ range: Range<Int>, _ body: (Int32, Range<Int>) -> Void) {
    // Characters that are unknown one by one may together be a token that the path does not use.
    let bytes = UnsafeBufferPointer(start: piece.bytes + range.lowerBound, count: range.count)
    if let id = model.trie.find(bytes) { return body(id, range) }
    if model.usesByteFallback, bytes.allSatisfy({ model.byteTokens[Int($0)] >= 0 }) {
      for byte in bytes.reversed() { body(model.byteTokens[Int(byte)], range) }
      return
    }
    body(unknownID, range)
  }
}
