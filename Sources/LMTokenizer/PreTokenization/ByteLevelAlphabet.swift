/// GPT-2's alphabet: one printable character for every byte, so that a JSON file can hold any token.
///
/// Printable bytes of Latin-1 stand for themselves; the other 68, in order, become U+0100, U+0101 …
enum ByteLevelAlphabet {
  /// The code point of every byte.
  static let codePoints: [UInt16] = {
    var next: UInt16 = 0x100
    return (0..<256).map { byte in
      if isPrintable(byte) { return UInt16(byte) }
      defer { next += 1 }
      return next
    }
  }()

  /// The byte of every code point below 0x144, -1 where none has it.
  private static let bytes: [Int16] = {
    var table = Array(repeating: Int16(-1), count: 0x144)
    for (byte, codePoint) in codePoints.enumerated() { table[Int(codePoint)] = Int16(byte) }
    return table
  }()

  /// All 256 bytes in ascending order of their characters: the order of ids in a trained vocabulary.
  static let bytesInOrder: [UInt8] = (0...255).sorted { codePoints[Int($0)] < codePoints[Int($1)] }

  /// The text that stands for `token`.
  static func text(of token: some Collection<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    for byte in token {
      if let scalar = Unicode.Scalar(codePoints[Int(byte)]) { scalars.append(scalar) }
    }
    return String(scalars)
  }

  /// Appends the bytes that `text` stands for and returns true; where a character is not in the alphabet,
  /// appends nothing and returns false.
  static func appendBytes(of text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
    let before = output.count
    var index = 0
    while index < text.count {
      var codePoint = Int(text[index])
      index += 1
      if codePoint >= 0xC2, codePoint <= 0xC5, index < text.count {
        codePoint = (codePoint & 0x1F) << 6 | Int(text[index]) & 0x3F
        index += 1
      } else if codePoint >= 0x80 {
        codePoint = bytes.count
      }
      guard codePoint < bytes.count, bytes[codePoint] >= 0 else {
        output.removeSubrange(before...)
        return false
      }
      output.append(UInt8(truncatingIfNeeded: bytes[codePoint]))
    }
    return true
  }

  private static func isPrintable(_ byte: Int) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
  }
}

extension ByteLevelAlphabet {
  /// Writes every byte of the text as its character.
  static func map(_ output: inout TextRewriter) {
    let text = output.input
    var index = 0
    while index < text.count {
      let length = text.codePoint(index).length
      for place in index..<index + length {
        output.emit(codePoint: UInt32(codePoints[Int(text.bytes[place])]), for: index..<index + length)
      }
      index += length
    }
  }

  /// Writes the characters of all bytes of a text into `buffer`, which has room for two bytes for each, and returns
  /// how many bytes they take.
  static func write(_ text: TextCursor, to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    codePoints.withUnsafeBufferPointer { codePoints in
      var count = 0
      for byte in text.buffer {
        let codePoint = codePoints[Int(byte)]
        if codePoint < 0x80 {
          buffer[count] = byte
          count &+= 1
        } else {
          buffer[count] = UInt8(truncatingIfNeeded: codePoint >> 6 | 0xC0)
          buffer[count &+ 1] = UInt8(truncatingIfNeeded: codePoint & 0x3F | 0x80)
          count &+= 2
        }
      }
      return count
    }
  }
}
