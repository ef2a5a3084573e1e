extension MarkedText {
  /// Where `needle` first stands in `range`, nil where it does not. An empty one stands everywhere.
  /// - Complexity: O(range + needle) (Knuth, Morris, Pratt).
  func firstIndex(of needle: MarkedText, in range: Range<Int>) -> Int? {
    guard needle.count <= range.count else { return nil }
    guard let first = needle.symbols.first else { return range.lowerBound }
    if needle.count == 1 {
      return symbols[range].firstIndex { ($0 ^ first) & Self.scalarMask == 0 }
    }
    let borders = needle.borders
    var matched = 0
    for index in range {
      while matched > 0, scalar(index) != needle.scalar(matched) { matched = borders[matched - 1] }
      if scalar(index) == needle.scalar(matched) { matched += 1 }
      if matched == needle.count { return index + 1 - matched }
    }
    return nil
  }

  /// Where `needle` last stands in `range`, nil where it does not.
  /// - Complexity: O(range + needle).
  func lastIndex(of needle: MarkedText, in range: Range<Int>) -> Int? {
    let mirrored = MarkedText(symbols: symbols[range].reversed())
    let found = mirrored.firstIndex(
      of: MarkedText(symbols: needle.symbols.reversed()), in: 0..<mirrored.count)
    return found.map { range.upperBound - $0 - needle.count }
  }

  /// The places of `needle` from left to right that do not overlap, `limit` at most.
  func places(of needle: MarkedText, in range: Range<Int>, limit: Int = .max) -> [Int] {
    var result: [Int] = []
    var start = range.lowerBound
    while result.count < limit, let place = firstIndex(of: needle, in: start..<range.upperBound) {
      result.append(place)
      start = place + max(1, needle.count)
      if start > range.upperBound { break }
    }
    return result
  }

  /// For each prefix the length of its longest proper border.
  private var borders: [Int] {
    var result = Array(repeating: 0, count: count)
    var length = 0
    for index in 1..<max(1, count) {
      while length > 0, scalar(index) != scalar(length) { length = result[length - 1] }
      if scalar(index) == scalar(length) { length += 1 }
      result[index] = length
    }
    return result
  }
}
