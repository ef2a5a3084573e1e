/// Base 64 (RFC 4648, section 4) with padding.
enum Base64 {
  private static let values: [Int8] = {
    var table = Array(repeating: Int8(-1), count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { table[Int(character)] = Int8(value) }
    return table
  }()

  /// The bytes that `text` encodes, nil where it is malformed.
  static func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let digits = text.reversed().drop { $0 == UInt8(ascii: "=") }
    guard text.count - digits.count <= 2 else { return nil }
    var output: [UInt8] = []
    var bits = 0
    var bitCount = 0
    for character in digits.reversed() {
      let value = values[Int(character)]
      guard value >= 0 else { return nil }
      bits = bits << 6 | Int(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        output.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        bits &= 1 << bitCount - 1
      }
    }
    return bits == 0 ? output : nil
  }
}

extension Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text that encodes `bytes`.
  static func encode(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word = 0
      for (index, byte) in group.enumerated() { word |= Int(byte) << (16 - 8 * index) }
      for index in 0..<4 {
        output.append(index <= group.count ? alphabet[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
