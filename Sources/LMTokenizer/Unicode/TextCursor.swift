/// Classified access to UTF-8 text that may contain anything: a byte that belongs to no well-formed
/// sequence counts as one code point of class "other".
package struct TextCursor {
  let bytes: UnsafePointer<UInt8>
  /// Number of bytes in the text.
  let count: Int
  private let table: CodePointTable

  package init(_ text: UnsafeBufferPointer<UInt8>) {
    // An empty text has no address, and none of its bytes is ever read.
    bytes = text.baseAddress ?? UnsafePointer(CodePointTable.classes.values)
    count = text.count
    table = CodePointTable.classes
  }

  /// A part of the text as a text of its own.
  func part(_ range: Range<Int>) -> TextCursor {
    TextCursor(UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count))
  }

  /// The class bits of the code point at `index` (`< count`) and its length in bytes.
  @inline(__always) func classify(_ index: Int) -> (classes: UInt8, length: Int) {
    let lead = bytes[index]
    if lead < 0x80 { return (table.values[Int(lead)], 1) }
    let (codePoint, length) = UTF8Decoding.decode(bytes + index, available: count - index)
    return length == 0 ? (0, 1) : (table[codePoint], length)
  }

  /// True where 17 bytes may be read at `index`: 16 for a word and one behind it.
  @inline(__always) func hasWideRead(_ index: Int) -> Bool { index &+ 17 <= count }

  /// How many of the 16 bytes from `index` on are ASCII letters in a row.
  @inline(__always) func letterRun16(_ index: Int) -> Int {
    let low = ASCIIWord(bytes + index).nonLetters
    let high = ASCIIWord(bytes + index + 8).nonLetters
    let lowCount = low.trailingZeroBitCount >> 3
    let highCount = high.trailingZeroBitCount >> 3
    return low == 0 ? 8 &+ highCount : lowCount
  }
}

/// Eight bytes of text in one register, tested all at once. A byte's answer is its highest bit.
struct ASCIIWord {
  let bits: UInt64
  static let high: UInt64 = 0x8080_8080_8080_8080

  @inline(__always) init(_ bytes: UnsafePointer<UInt8>) {
    bits = UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
  }

  /// The bytes that are `a…z` or `A…Z`. No sum carries into the next byte: the largest is 0x7F + 0x1F.
  @inline(__always) var letters: UInt64 {
    let folded = (bits | 0x2020_2020_2020_2020) & 0x7F7F_7F7F_7F7F_7F7F
    let fromA = folded &+ 0x1F1F_1F1F_1F1F_1F1F
    let beyondZ = folded &+ 0x0505_0505_0505_0505
    return fromA & ~beyondZ & ~bits & Self.high
  }

  @inline(__always) var nonLetters: UInt64 { letters ^ Self.high }

  /// The bytes that are `A…Z`: letters with bit 5 clear.
  @inline(__always) var capitals: UInt64 { letters & ~(bits << 2) }
}
