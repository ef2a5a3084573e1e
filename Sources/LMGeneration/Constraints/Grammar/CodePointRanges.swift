/// A set of characters: sorted ranges of Unicode scalars that neither overlap nor touch.
struct CodePointRanges: Sendable, Equatable {
  /// The ranges in ascending order.
  private(set) var ranges: [ClosedRange<UInt32>]

  /// All scalars.
  static let all = CodePointRanges([0...0x10FFFF])
  private static let surrogates: ClosedRange<UInt32> = 0xD800...0xDFFF

  /// The union of `ranges`, which may overlap; surrogates, which are no characters, are left out.
  /// - Complexity: O(n log n).
  init(_ ranges: [ClosedRange<UInt32>]) {
    let split = ranges.flatMap { range -> [ClosedRange<UInt32>] in
      let (low, high) = (range.lowerBound, range.upperBound)
      guard range.overlaps(Self.surrogates) else { return [range] }
      return (low < 0xD800 ? [low...0xD7FF] : []) + (high > 0xDFFF ? [0xE000...high] : [])
    }
    self.ranges = []
    for range in split.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  /// The scalars of `text`.
  init(_ text: String) { self.init(text.unicodeScalars.map { $0.value...$0.value }) }

  /// The scalars that are not in the set.
  var inverted: CodePointRanges {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return CodePointRanges(gaps)
  }

  /// The scalars of either set.
  func union(_ other: CodePointRanges) -> CodePointRanges { CodePointRanges(ranges + other.ranges) }

  /// The scalars of both sets.
  func intersection(_ other: CodePointRanges) -> CodePointRanges {
    inverted.union(other.inverted).inverted
  }

  /// The scalars of this set that are not in `other`.
  func subtracting(_ other: CodePointRanges) -> CodePointRanges { intersection(other.inverted) }
}
