import CUTF8Proc
import Glibc

/// Normalization form C. Only the neighbourhood of a code point that can change is handed to utf8proc;
/// bytes that are no UTF-8 stay as they are.
package enum CanonicalComposition {
  /// The composed bytes, nil where the text has nothing to compose.
  package static func normalized(_ text: TextCursor) -> [UInt8]? {
    var output: [UInt8]?
    var copied = 0
    var starter = 0
    var index = 0
    while index < text.count {
      let (codePoint, length) = decode(text, index)
      if isInert(codePoint) {
        starter = index
        index += length
        continue
      }
      // From the last code point that stays alone to the next one that does.
      var end = index + length
      while end < text.count, case let (next, length) = decode(text, end), !isInert(next) { end += length }
      let span = composed(text.bytes + starter, end - starter)
      output = output ?? []
      output?.append(contentsOf: UnsafeBufferPointer(start: text.bytes + copied, count: starter - copied))
      output?.append(contentsOf: span)
      copied = end
      starter = end
      index = end
    }
    output?.append(contentsOf: UnsafeBufferPointer(start: text.bytes + copied, count: text.count - copied))
    return output
  }

  /// The code point at `index`; a byte that is no UTF-8 counts as a code point that never changes.
  @inline(__always) private static func decode(_ text: TextCursor, _ index: Int) -> (Int, Int) {
    let lead = text.bytes[index]
    if lead < 0x80 { return (Int(lead), 1) }
    let (codePoint, length) = UTF8Decoding.decode(text.bytes + index, available: text.count - index)
    return length == 0 ? (0, 1) : (codePoint, length)
  }

  /// True where the code point starts a new span: it neither changes itself nor joins what is before it.
  @inline(__always) private static func isInert(_ codePoint: Int) -> Bool {
    codePoint < 0x300 || inert[codePoint >> 6] >> UInt64(codePoint & 63) & 1 == 1
  }

  /// One bit for every code point; built at first use in about 10 ms.
  ///
  /// A code point is inert when it is a starter, is its own normal form, and is the second half of no
  /// composition. Second halves are the last code points of all decompositions, and Hangul vowels and
  /// trailing consonants, which compose by arithmetic.
  private static let inert: [UInt64] = {
    var bits = Array(repeating: ~UInt64(0), count: CodePointTable.codePointCount / 64)
    func clear(_ codePoint: Int) { bits[codePoint >> 6] &= ~(1 << UInt64(codePoint & 63)) }
    for codePoint in 0x1161...0x11FF { clear(codePoint) }
    for codePoint in 0..<lastChanging where !(0xAC00...0xD7A3).contains(codePoint) {
      if let property = utf8proc_get_property(utf8proc_int32_t(codePoint)),
        property.pointee.combining_class != 0
      {
        clear(codePoint)
      }
      guard let last = lastOfDecomposition(codePoint) else { continue }
      clear(last)
      if changes(codePoint) { clear(codePoint) }
    }
    return bits
  }()

  /// Planes 3 to 16 hold ideographs, tags, variation selectors and private use: all inert.
  private static let lastChanging = 0x30000

  /// The last code point of the canonical decomposition, nil where there is none.
  private static func lastOfDecomposition(_ codePoint: Int) -> Int? {
    var parts = Array(repeating: utf8proc_int32_t(0), count: 8)
    var boundary: Int32 = 0
    let count = utf8proc_decompose_char(
      utf8proc_int32_t(codePoint), &parts, 8,
      utf8proc_option_t(rawValue: UTF8PROC_STABLE.rawValue | UTF8PROC_DECOMPOSE.rawValue), &boundary)
    guard (1...8).contains(count), count > 1 || parts[0] != codePoint else { return nil }
    return Int(parts[count - 1])
  }

  private static func changes(_ codePoint: Int) -> Bool {
    guard let scalar = Unicode.Scalar(UInt32(codePoint)) else { return false }
    let bytes = Array(String(Character(scalar)).utf8)
    return bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return false }
      return composed(base, bytes.count) != bytes
    }
  }

  private static func composed(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    var result: UnsafeMutablePointer<utf8proc_uint8_t>?
    let options = utf8proc_option_t(rawValue: UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)
    let length = utf8proc_map(bytes, utf8proc_ssize_t(count), &result, options)
    defer { free(result) }
    guard length >= 0, let result else { return Array(UnsafeBufferPointer(start: bytes, count: count)) }
    return Array(UnsafeBufferPointer(start: result, count: length))
  }
}
