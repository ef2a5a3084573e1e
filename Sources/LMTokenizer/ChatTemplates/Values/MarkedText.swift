/// A text of the template language: a row of Unicode scalars, each marked with who wrote it.
///
/// The language is Python's, where a text is a row of code points: indexing is O(1), and `é` differs from
/// `e` with an accent behind it. The highest bit of a symbol says that it came from a conversation and not from
/// the template. Every operation moves symbols, so the mark follows each character wherever a template puts it;
/// comparisons do not see it.
struct MarkedText: Hashable, Sendable {
  /// The bit of symbols that come from data.
  static let dataMark: UInt32 = 1 << 31
  /// The bits of the Unicode scalar.
  static let scalarMask: UInt32 = dataMark - 1

  /// The scalars with their marks.
  private(set) var symbols: [UInt32]

  init() { symbols = [] }
  init(symbols: [UInt32]) { self.symbols = symbols }
  init(_ symbols: ArraySlice<UInt32>) { self.symbols = Array(symbols) }

  /// A text by the template, or one that comes from data.
  init(_ text: String, isData: Bool = false) {
    let mark = isData ? Self.dataMark : 0
    symbols = text.unicodeScalars.map { $0.value | mark }
  }

  var count: Int { symbols.count }
  var isEmpty: Bool { symbols.isEmpty }

  /// The scalar at `position` without its mark.
  func scalar(_ position: Int) -> UInt32 { symbols[position] & Self.scalarMask }

  /// The scalar at `position`.
  subscript(position: Int) -> Unicode.Scalar { Unicode.Scalar(scalar(position)) ?? "\u{FFFD}" }

  /// The text without marks.
  var string: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for symbol in symbols {
      let scalar = symbol & Self.scalarMask
      if scalar < 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: scalar))
      } else if let scalar = Unicode.Scalar(scalar) {
        bytes.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func append(_ other: MarkedText) { symbols.append(contentsOf: other.symbols) }
  mutating func append(_ text: String) { symbols.append(contentsOf: text.unicodeScalars.lazy.map(\.value)) }
  mutating func append(symbol: UInt32) { symbols.append(symbol) }
  mutating func append(contentsOf other: ArraySlice<UInt32>) { symbols.append(contentsOf: other) }

  /// The symbols at `range`.
  func part(_ range: Range<Int>) -> MarkedText { MarkedText(symbols[range]) }

  static func + (left: MarkedText, right: MarkedText) -> MarkedText {
    MarkedText(symbols: left.symbols + right.symbols)
  }

  static func == (left: MarkedText, right: MarkedText) -> Bool {
    left.count == right.count && left.matches(right.symbols[...], at: 0)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for symbol in symbols { hasher.combine(symbol & Self.scalarMask) }
  }

  /// True where `other` stands at `position`.
  func matches(_ other: ArraySlice<UInt32>, at position: Int) -> Bool {
    guard position >= 0, other.count <= count - position else { return false }
    var index = position
    for symbol in other {
      if (symbols[index] ^ symbol) & Self.scalarMask != 0 { return false }
      index += 1
    }
    return true
  }

  /// True where this text comes first in the order of code points.
  func precedes(_ other: MarkedText) -> Bool {
    for (a, b) in zip(symbols, other.symbols) where (a ^ b) & Self.scalarMask != 0 {
      return a & Self.scalarMask < b & Self.scalarMask
    }
    return count < other.count
  }
}

extension MarkedText: ExpressibleByStringLiteral {
  init(stringLiteral value: String) { self.init(value) }
}
