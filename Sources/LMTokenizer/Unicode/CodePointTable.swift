/// A two-stage table: a block number for every 128 code points, and the distinct blocks.
///
/// The tables live as long as the program; they are decoded from ``generalCategoryRuns`` at first use
/// (about 2 ms).
package struct CodePointTable: @unchecked Sendable {
  package static let codePointCount = 0x110000
  private static let blockBits = 7

  /// General categories, as raw values.
  static let categories = CodePointTable(decodeCategories())
  /// ``CodePointClass`` bits. ASCII is block 0: `classes.values[byte]` needs no first stage.
  package static let classes = CodePointTable(decodeClasses())

  /// Where each block of 128 code points starts in `values`.
  let blocks: UnsafePointer<UInt16>
  /// The distinct blocks, one after the other.
  let values: UnsafePointer<UInt8>

  /// The value of `codePoint`, which must be below 0x110000.
  @inline(__always) package subscript(codePoint: Int) -> UInt8 {
    values[Int(blocks[codePoint >> Self.blockBits]) << Self.blockBits | codePoint & 127]
  }

  /// Folds equal blocks of `flat`, one value for every code point.
  init(_ flat: [UInt8]) {
    let size = 1 << Self.blockBits
    let count = Self.codePointCount / size
    let blocks = UnsafeMutablePointer<UInt16>.allocate(capacity: count)
    var distinct: [ArraySlice<UInt8>: UInt16] = [:]
    var stored: [UInt8] = []
    for block in 0..<count {
      let slice = flat[block * size..<(block + 1) * size]
      let number = distinct[slice] ?? UInt16(stored.count / size)
      if distinct.updateValue(number, forKey: slice) == nil { stored += slice }
      blocks[block] = number
    }
    let values = UnsafeMutablePointer<UInt8>.allocate(capacity: stored.count)
    values.initialize(from: stored, count: stored.count)
    self.blocks = UnsafePointer(blocks)
    self.values = UnsafePointer(values)
  }

  /// Reads the runs: a letter for the category, then the length of the run in decimal digits.
  static func decodeCategories() -> [UInt8] {
    var flat: [UInt8] = []
    flat.reserveCapacity(codePointCount)
    generalCategoryRuns.withUTF8Buffer { text in
      var category: UInt8 = 0
      var length = 0
      for byte in text {
        if byte <= UInt8(ascii: "9") {
          length = length * 10 + Int(byte - UInt8(ascii: "0"))
        } else {
          flat.append(contentsOf: repeatElement(category, count: length))
          let isLower = byte >= UInt8(ascii: "a")
          category = isLower ? byte - UInt8(ascii: "a") + 26 : byte - UInt8(ascii: "A")
          length = 0
        }
      }
      flat.append(contentsOf: repeatElement(category, count: length))
    }
    precondition(flat.count == codePointCount, "CodePointTable: \(flat.count) code points, expected 1114112")
    return flat
  }

  private static func decodeClasses() -> [UInt8] {
    let ofCategory = GeneralCategory.allCases.map(\.classes.rawValue)
    var flat = decodeCategories().map { ofCategory[Int($0)] }
    for codePoint in [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85] { flat[codePoint] |= CodePointClass.space.rawValue }
    return flat
  }
}
