/// Strict UTF-8 (Unicode 16, table 3-7): no overlong form, no surrogate, nothing above U+10FFFF.
package enum UTF8Decoding {
  /// The code point at `bytes` and its length, or length 0 where no well-formed sequence starts.
  @inline(__always) package static func decode(
    _ bytes: UnsafePointer<UInt8>, available: Int
  ) -> (codePoint: Int, length: Int) {
    let lead = Int(bytes[0])
    if lead < 0x80 { return (lead, 1) }
    guard available >= 2, lead >= 0xC2, lead <= 0xF4 else { return (0, 0) }
    let second = Int(bytes[1])
    guard second & 0xC0 == 0x80 else { return (0, 0) }
    if lead < 0xE0 { return ((lead & 0x1F) << 6 | second & 0x3F, 2) }
    guard available >= 3 else { return (0, 0) }
    let third = Int(bytes[2])
    guard third & 0xC0 == 0x80 else { return (0, 0) }
    if lead < 0xF0 {
      let codePoint = (lead & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F
      return codePoint < 0x800 || codePoint >> 11 == 0x1B ? (0, 0) : (codePoint, 3)
    }
    guard available >= 4 else { return (0, 0) }
    let fourth = Int(bytes[3])
    guard fourth & 0xC0 == 0x80 else { return (0, 0) }
    let codePoint = (lead & 0x07) << 18 | (second & 0x3F) << 12 | (third & 0x3F) << 6 | fourth & 0x3F
    return codePoint < 0x10000 || codePoint > 0x10FFFF ? (0, 0) : (codePoint, 4)
  }

  /// How many bytes at the end of `bytes` begin a sequence that more bytes could complete: 0 … 3.
  package static func incompleteSuffixLength(_ bytes: some BidirectionalCollection<UInt8>) -> Int {
    var suffix: [UInt8] = []
    for byte in bytes.reversed().prefix(3) {
      suffix.insert(byte, at: 0)
      if byte & 0xC0 != 0x80 { return canBeCompleted(suffix) ? suffix.count : 0 }
    }
    return 0
  }

  /// True where `bytes`, a lead byte and continuation bytes, is a proper prefix of a well-formed sequence.
  private static func canBeCompleted(_ bytes: [UInt8]) -> Bool {
    let length: Int
    switch bytes[0] {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return false
    }
    guard bytes.count < length else { return false }
    guard bytes.count > 1 else { return true }
    switch bytes[0] {
    case 0xE0: return bytes[1] >= 0xA0
    case 0xED: return bytes[1] < 0xA0
    case 0xF0: return bytes[1] >= 0x90
    case 0xF4: return bytes[1] < 0x90
    default: return true
    }
  }
}
