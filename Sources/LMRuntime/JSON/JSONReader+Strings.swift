extension JSONReader {
  /// Reads a string.
  /// - Throws: ``LMError`` where the bytes are no string, are no valid UTF-8, hold a control character, an
  ///   unknown escape or half a surrogate pair.
  /// - Complexity: O(bytes of the string).
  public mutating func readString() throws(LMError) -> String {
    guard skipSpace() == UInt8(ascii: "\"") else { throw unexpected("a string") }
    offset += 1
    let start = offset
    switch try scanPlain() {
    case UInt8(ascii: "\""):
      let text = try text(UnsafeBufferPointer(rebasing: bytes[start..<offset]), from: start)
      offset += 1
      return text
    default: return try readEscaped(from: start)
    }
  }

  /// Moves to the next quote or backslash and returns it.
  private mutating func scanPlain() throws(LMError) -> UInt8 {
    while offset < bytes.count {
      if bytes.count - offset >= 8, let base = bytes.baseAddress {
        let word = UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self).littleEndian
        let hits = Self.endsOfPlainText(word)
        if hits == 0 {
          offset += 8
          continue
        }
        offset += hits.trailingZeroBitCount / 8
      }
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return byte }
      if byte < 0x20 {
        throw failure(
          "the control character 0x\(String(byte, radix: 16)) stands in a string",
          remedy: "write it as an escape such as \\n")
      }
      offset += 1
    }
    throw unexpected("the closing quote of a string")
  }

  /// The high bit of each byte that is a quote, a backslash or below 0x20. A borrow can set bits above the
  /// first hit wrongly, never below it, and only the first is used.
  @inline(__always) private static func endsOfPlainText(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let hits = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
    return (hits | ((word &- (ones &* 0x20)) & ~word)) & (ones &* 0x80)
  }

  /// Continues at the first backslash of a string that began at `start`.
  private mutating func readEscaped(from start: Int) throws(LMError) -> String {
    unescaped.removeAll(keepingCapacity: true)
    unescaped.append(contentsOf: bytes[start..<offset])
    while next == UInt8(ascii: "\\") {
      offset += 1
      try readEscape()
      let plain = offset
      _ = try scanPlain()
      unescaped.append(contentsOf: bytes[plain..<offset])
    }
    offset += 1
    // Escapes are decoded to valid UTF-8, so a fault lies in what was copied; its offset is the string's.
    guard let text = try? UTF8Span(validating: unescaped.span) else { throw invalidUnicode(at: start) }
    return String(copying: text)
  }

  private mutating func readEscape() throws(LMError) {
    let letter = next
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(letter)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"): unescaped.append(contentsOf: UTF8.encode(try readScalar()) ?? .init())
    default:
      offset -= 1
      throw unexpected("one of \" \\ / b f n r t u after the backslash")
    }
  }

  /// Reads the digits after `\u`, and the second half of a surrogate pair.
  private mutating func readScalar() throws(LMError) -> Unicode.Scalar {
    let start = offset - 2
    let first = try readHexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, next == UInt8(ascii: "\\") {
      offset += 1
      if next == UInt8(ascii: "u") {
        offset += 1
        let second = try readHexadecimal()
        if (0xDC00...0xDFFF).contains(second),
          let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        {
          return scalar
        }
      }
    }
    throw failure(
      at: start, "\\u\(String(first, radix: 16)) is half a surrogate pair without the other half",
      remedy: "write the character as UTF-8 or as both halves")
  }

  private mutating func readHexadecimal() throws(LMError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
        throw unexpected("a hexadecimal digit of a \\u escape")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  private func text(_ plain: UnsafeBufferPointer<UInt8>, from start: Int) throws(LMError) -> String {
    do { return String(copying: try UTF8Span(validating: plain.span)) } catch {
      throw invalidUnicode(at: start + error.byteOffsets.lowerBound)
    }
  }

  private func invalidUnicode(at offset: Int) -> LMError {
    failure(at: offset, "the bytes here are no valid UTF-8", remedy: "save the document as UTF-8")
  }
}
