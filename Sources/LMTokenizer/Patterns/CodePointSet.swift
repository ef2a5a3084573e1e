/// A set of code points as sorted, disjoint ranges that do not touch.
///
/// Two numbers beyond Unicode are members like any other: ``invalidByte`` stands for a byte that belongs to no
/// well-formed UTF-8 sequence, ``edge`` for the start and the end of the text. A byte is never in a property,
/// so it is in every negated one; the edge is no character and only in sets that look-around asks about.
struct CodePointSet: Hashable {
  /// The member that stands for a byte that is no UTF-8.
  static let invalidByte: UInt32 = 0x110000
  /// The member that stands for the two ends of the text.
  static let edge: UInt32 = 0x110001
  /// Every character, bytes that are no UTF-8 included.
  static let everything = CodePointSet([0...invalidByte])
  /// Every character and the ends of the text.
  static let everythingAndEdge = CodePointSet([0...edge])

  private(set) var ranges: [ClosedRange<UInt32>]

  init() { ranges = [] }

  /// The union of `ranges`, which may overlap and stand in any order.
  init(_ ranges: [ClosedRange<UInt32>]) {
    self.ranges = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  init(_ scalars: Unicode.Scalar...) { self.init(scalars.map { $0.value...$0.value }) }

  var isEmpty: Bool { ranges.isEmpty }

  /// - Complexity: O(log ranges).
  func contains(_ codePoint: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < codePoint { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= codePoint
  }

  /// - Complexity: O(n log n) in the ranges of both.
  func union(_ other: CodePointSet) -> CodePointSet { CodePointSet(ranges + other.ranges) }

  /// - Complexity: O(ranges of both).
  func intersection(_ other: CodePointSet) -> CodePointSet {
    var result = CodePointSet()
    var mine = ranges[...]
    var theirs = other.ranges[...]
    while let a = mine.first, let b = theirs.first {
      let low = max(a.lowerBound, b.lowerBound)
      let high = min(a.upperBound, b.upperBound)
      if low <= high { result.ranges.append(low...high) }
      if a.upperBound < b.upperBound { mine.removeFirst() } else { theirs.removeFirst() }
    }
    return result
  }

  /// All characters that are not in the set.
  var inverted: CodePointSet { inverted(upTo: Self.invalidByte) }

  /// All characters that are not in the set, and the ends of the text unless they are.
  var invertedWithEdge: CodePointSet { inverted(upTo: Self.edge) }

  private func inverted(upTo limit: UInt32) -> CodePointSet {
    var result = CodePointSet()
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.ranges.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= limit { result.ranges.append(next...limit) }
    return result
  }
}
