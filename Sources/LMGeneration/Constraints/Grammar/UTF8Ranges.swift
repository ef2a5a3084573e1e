/// Splits ranges of scalars into sequences of byte ranges: the product of a sequence's ranges is the UTF-8 of a
/// range of scalars, so that an automaton over bytes reads characters exactly (after Russ Cox, "Regular
/// Expression Matching in the Wild", 2010).
enum UTF8Ranges {
  /// The sequences of 1 to 4 byte ranges that are the UTF-8 of `range`, which holds no surrogate.
  static func sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    var result: [[ClosedRange<UInt8>]] = []
    for (length, limits) in lengths where range.overlaps(limits) {
      split(range.clamped(to: limits), length: length, into: &result)
    }
    return result
  }

  /// Scalars by the number of bytes that they take.
  private static let lengths: [(Int, ClosedRange<UInt32>)] = [
    (1, 0...0x7F), (2, 0x80...0x7FF), (3, 0x800...0xFFFF), (4, 0x10000...0x10FFFF),
  ]

  /// Cuts where the two ends have different leading bytes and a trailing part that is not whole.
  private static func split(
    _ range: ClosedRange<UInt32>, length: Int, into result: inout [[ClosedRange<UInt8>]]
  ) {
    for trailing in 1..<max(2, length) where length > 1 {
      let mask = UInt32(1) << UInt32(6 * trailing) - 1
      let (low, high) = (range.lowerBound, range.upperBound)
      guard low & ~mask != high & ~mask else { continue }
      if low & mask != 0 {
        split(low...(low | mask), length: length, into: &result)
        return split((low | mask) + 1...high, length: length, into: &result)
      }
      if high & mask != mask {
        split(low...(high & ~mask) - 1, length: length, into: &result)
        return split((high & ~mask)...high, length: length, into: &result)
      }
    }
    let (first, last) = (bytes(range.lowerBound, length), bytes(range.upperBound, length))
    result.append(zip(first, last).map { $0...$1 })
  }

  private static func bytes(_ scalar: UInt32, _ length: Int) -> [UInt8] {
    guard length > 1 else { return [UInt8(scalar)] }
    let lead = UInt8(truncatingIfNeeded: 0xF00 >> length)
    return (0..<length).map { place in
      let bits = UInt8(truncatingIfNeeded: scalar >> UInt32(6 * (length - 1 - place)))
      return place == 0 ? lead | bits : 0x80 | bits & 0x3F
    }
  }
}
