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
}
