import LMRuntime

/// Changes to valid files that parsers tend to stumble over.
enum Mutation {
  private static let lengthLimit = 1 << 16
  private static let numbers = [
    "0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967295",
    "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "1e308", "1e400", "-0", "0.5",
  ]
  private static let words: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 1 << 20, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, 1 << 62,
    0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max - 7, .max - 1, .max,
  ]

  /// One of `seeds`, changed one to eight times; one in sixteen is random bytes altogether.
  static func mutated(_ seeds: [[UInt8]], _ stream: inout RandomStream) -> [UInt8] {
    guard !seeds.isEmpty, stream.uniform(below: 16) > 0 else {
      return random(stream.uniform(below: 256), &stream)
    }
    var bytes = seeds[stream.uniform(below: seeds.count)]
    for _ in 0...stream.uniform(below: 8) { change(&bytes, seeds, &stream) }
    return Array(bytes.prefix(lengthLimit))
  }

  private static func random(_ count: Int, _ stream: inout RandomStream) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: stream.next() >> 56) }
  }

  private static func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ stream: inout RandomStream) {
    guard !bytes.isEmpty else { return bytes = random(8, &stream) }
    let place = stream.uniform(below: bytes.count)
    switch stream.uniform(below: 11) {
    case 0: bytes[place] ^= 1 << UInt8(stream.uniform(below: 8))
    case 1: bytes[place] = UInt8(stream.uniform(below: 256))
    case 2: bytes.removeSubrange(place...)
    case 3: bytes.removeSubrange(range(in: bytes, &stream))
    case 4: bytes.insert(contentsOf: Array(bytes[range(in: bytes, &stream)]), at: place)
    case 5: bytes.insert(contentsOf: random(1 + stream.uniform(below: 8), &stream), at: place)
    case 6:
      let other = seeds[stream.uniform(below: seeds.count)]
      if !other.isEmpty { bytes.insert(contentsOf: other[range(in: other, &stream)], at: place) }
    case 7:
      let other = seeds[stream.uniform(below: seeds.count)]
      bytes = Array(bytes[..<place] + other.dropFirst(stream.uniform(below: other.count + 1)))
    case 8: changeNumber(&bytes, from: place, &stream)
    default:
      let word = words[stream.uniform(below: words.count)]
      let size = 1 << stream.uniform(below: 4)
      for index in 0..<size where place + index < bytes.count {
        bytes[place + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
      }
    }
  }

  /// A part of at most 64 bytes, most often a short one.
  private static func range(in bytes: [UInt8], _ stream: inout RandomStream) -> Range<Int> {
    let start = stream.uniform(below: bytes.count)
    let length = 1 + stream.uniform(below: 1 << stream.uniform(below: 7))
    return start..<min(bytes.count, start + length)
  }

  /// Writes another number in place of the first decimal one from `start` on.
  private static func changeNumber(_ bytes: inout [UInt8], from start: Int, _ stream: inout RandomStream) {
    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    guard let first = bytes[start...].firstIndex(where: isDigit) else { return }
    let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: numbers[stream.uniform(below: numbers.count)].utf8)
  }
}
