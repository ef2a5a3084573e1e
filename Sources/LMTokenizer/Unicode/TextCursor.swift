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
  @inline(__always) func part(_ range: Range<Int>) -> TextCursor {
    TextCursor(bytes: bytes + range.lowerBound, count: range.count, table: table)
  }

  private init(bytes: UnsafePointer<UInt8>, count: Int, table: CodePointTable) {
    self.bytes = bytes
    self.count = count
    self.table = table
  }

  /// The bytes of the text.
  var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: count) }

  /// The class bits of the code point at `index` (`< count`) and its length in bytes.
  @inline(__always) func classify(_ index: Int) -> (classes: UInt8, length: Int) {
    let lead = bytes[index]
    if lead < 0x80 { return (table.values[Int(lead)], 1) }
    let (codePoint, length) = UTF8Decoding.decode(bytes + index, available: count - index)
    return length == 0 ? (0, 1) : (table[codePoint], length)
  }

  /// The code point at `index` (`< count`) and its length; a byte that is no UTF-8 is ``invalid`` of length 1.
  @inline(__always) func codePoint(_ index: Int) -> (codePoint: Int, length: Int) {
    let lead = bytes[index]
    if lead < 0x80 { return (Int(lead), 1) }
    let (codePoint, length) = UTF8Decoding.decode(bytes + index, available: count - index)
    return length == 0 ? (Self.invalid, 1) : (codePoint, length)
  }

  /// Stands for a byte that belongs to no well-formed sequence: beyond all code points.
  static let invalid = 0x110000

  /// The end of the ASCII bytes from `index` on.
  @inline(__always) func endOfASCII(_ index: Int) -> Int {
    var index = index
    while index &+ 8 <= count {
      let word = UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)
      if word & 0x8080_8080_8080_8080 != 0 { break }
      index &+= 8
    }
    while index < count, bytes[index] < 0x80 { index &+= 1 }
    return index
  }

  /// True where the byte at `index` is ASCII and no letter, digit or white space.
  @inline(__always) func isASCIISymbol(_ index: Int) -> Bool {
    let byte = bytes[index]
    return byte < 0x80 && table.values[Int(byte)] & CodePointClass.kind.rawValue == 0
  }

  /// True where the byte at `index` is an ASCII letter, digit or white space.
  @inline(__always) func isASCIIWordOrSpace(_ index: Int) -> Bool {
    let byte = bytes[index]
    return byte < 0x80 && table.values[Int(byte)] & CodePointClass.kind.rawValue != 0
  }
}
