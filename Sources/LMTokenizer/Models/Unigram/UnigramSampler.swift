import Glibc
import LMRuntime

/// Draws a segmentation of a piece: the sums of exp(α · score) over all ways to the end are found from right to
/// left, and tokens are drawn from left to right by them.
enum UnigramSampler {
  /// - Complexity: O(n · longest token) for n bytes.
  static func sample(
    _ model: UnigramModel, _ piece: TextCursor, alpha: Double, _ random: inout RandomStream
  ) -> [TokenLength] {
    var starts: [Int] = []
    var index = 0
    while index < piece.count {
      starts.append(index)
      index += piece.codePoint(index).length
    }
    // The logarithm of the sum over all segmentations of what follows each place.
    var rest = Array(repeating: -Double.infinity, count: piece.count + 1)
    rest[piece.count] = 0
    for start in starts.reversed() {
      var sum = -Double.infinity
      forEachToken(model, piece, start) { _, end, score in sum = logSum(sum, alpha * score + rest[end]) }
      rest[start] = sum
    }
    var tokens: [TokenLength] = []
    var start = 0
    while start < piece.count {
      let target = log(Double.random(in: Double.leastNormalMagnitude..<1, using: &random)) + rest[start]
      var sum = -Double.infinity
      var drawn: (id: Int32, end: Int)?
      var isFound = false
      forEachToken(model, piece, start) { id, end, score in
        if isFound { return }
        sum = logSum(sum, alpha * score + rest[end])
        drawn = (id, end)
        isFound = sum >= target
      }
      guard let (id, end) = drawn else { break }
      tokens.append(TokenLength(id: id, start: start, end: end))
      start = end
    }
    return joined(tokens, model, piece)
  }

  private static func forEachToken(
    _ model: UnigramModel, _ piece: TextCursor, _ start: Int, _ body: (Int32, Int, Double) -> Void
  ) {
    let single = start + piece.codePoint(start).length
    var node = DoubleArrayTrie.root
    var hasSingle = false
    var end = start
    while end < piece.count {
      node = model.trie.child(node, piece.bytes[end])
      if node < 0 { break }
      end += 1
      let id = model.trie.value(node)
      guard id >= 0 else { continue }
      if end == single { hasSingle = true }
      body(id, end, model.effectiveScores[Int(id)])
    }
    if !hasSingle { body(-1, single, model.unknownScore) }
  }

  /// log(exp(a) + exp(b)).
  private static func logSum(_ a: Double, _ b: Double) -> Double {
    let (low, high) = a < b ? (a, b) : (b, a)
    return low == -.infinity ? high : high + log1p(exp(low - high))
  }

  /// Unknown characters in a row are one unknown token, or their bytes.
  private static func joined(
    _ tokens: [TokenLength], _ model: UnigramModel, _ piece: TextCursor
  ) -> [TokenLength] {
    var result: [TokenLength] = []
    var unknown: Range<Int>?
    func flush() {
      guard let range = unknown else { return }
      unknown = nil
      let bytes = range.map { model.byteTokens[Int(piece.bytes[$0])] }
      if model.usesByteFallback, bytes.allSatisfy({ $0 >= 0 }) {
        result += bytes.map { TokenLength(id: $0, start: range.lowerBound, end: range.upperBound) }
      } else if let id = model.unknownID {
        result.append(TokenLength(id: id, start: range.lowerBound, end: range.upperBound))
      }
    }
    for token in tokens {
      if token.id < 0 || token.id == model.unknownID {
        unknown = (unknown?.lowerBound ?? token.start)..<token.end
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }
}
