import LMRuntime

/// The symbols of a pattern: code points that no set of it tells apart are one symbol.
///
/// A pattern like GPT-2's has about a dozen. The ends of the text are a symbol of their own.
struct PatternAlphabet {
  /// Most different sets in a pattern.
  static let setLimit = 256
  /// Most symbols; one less than a byte can hold.
  static let symbolLimit = 250

  /// The symbols of consecutive intervals of code points, which begin at `starts`.
  private var starts: [UInt32]
  private var symbols: [UInt8]
  /// Number of symbols.
  let count: Int

  /// The coarsest alphabet in which each set is a union of symbols.
  /// - Complexity: O(sets · ranges).
  init(_ sets: Set<CodePointSet>) throws(LMError) {
    guard sets.count <= Self.setLimit else {
      throw PatternAlphabet.tooLarge("\(sets.count) different classes", Self.setLimit)
    }
    let edge = CodePointSet([CodePointSet.edge...CodePointSet.edge])
    let all = [edge] + sets
    var borders: Set<UInt32> = [0]
    for range in all.flatMap(\.ranges) {
      borders.insert(range.lowerBound)
      if range.upperBound < CodePointSet.edge { borders.insert(range.upperBound + 1) }
    }
    starts = borders.sorted()
    var numbers = Array(repeating: 0, count: starts.count)
    var count = 1
    for set in all {
      // Symbol k that has members inside and outside of the set becomes two.
      var refined = Array(repeating: -1, count: 2 * count)
      var refinedCount = 0
      var range = 0
      for (position, start) in starts.enumerated() {
        while range < set.ranges.count, set.ranges[range].upperBound < start { range += 1 }
        let isInside = range < set.ranges.count && set.ranges[range].lowerBound <= start
        let key = 2 * numbers[position] + (isInside ? 1 : 0)
        if refined[key] < 0 {
          refined[key] = refinedCount
          refinedCount += 1
        }
        numbers[position] = refined[key]
      }
      count = refinedCount
      guard count <= Self.symbolLimit else {
        throw PatternAlphabet.tooLarge("\(count) kinds of characters", Self.symbolLimit)
      }
    }
    symbols = numbers.map { UInt8($0) }
    self.count = count
  }

  private static func tooLarge(_ what: String, _ limit: Int) -> LMError {
    LMError(
      at: "pattern", "tells apart \(what), at most \(limit) are supported",
      remedy: "use a pattern of a known tokenizer")
  }

  /// The symbol of a code point.
  /// - Complexity: O(log intervals).
  func symbol(of codePoint: UInt32) -> UInt8 {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= codePoint { low = middle } else { high = middle }
    }
    return symbols[low]
  }

  /// The symbol of the ends of the text.
  var edge: UInt8 { symbol(of: CodePointSet.edge) }

  /// For each symbol, whether it belongs to `set`, which must be one that the alphabet was made of, or a
  /// union of such.
  func members(of set: CodePointSet) -> [Bool] {
    var result = Array(repeating: false, count: count)
    var ranges = set.ranges[...]
    for (start, symbol) in zip(starts, symbols) {
      while let first = ranges.first, first.upperBound < start { ranges.removeFirst() }
      if let first = ranges.first, first.lowerBound <= start { result[Int(symbol)] = true }
    }
    return result
  }

  /// The symbols of all code points, one after the other.
  func forEachInterval(_ body: (Range<Int>, UInt8) -> Void) {
    for position in starts.indices where starts[position] < CodePointSet.invalidByte {
      let end =
        position + 1 < starts.count
        ? min(starts[position + 1], CodePointSet.invalidByte) : CodePointSet.invalidByte
      body(Int(starts[position])..<Int(end), symbols[position])
    }
  }
}
