/// Sets of code points as Hugging Face's tokenizers see them, as bits; see ``ReferenceExceptions``.
package struct ReferenceClass: OptionSet, Sendable {
  package let rawValue: UInt8

  /// The set with the given bits.
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// White_Space.
  package static let space = ReferenceClass(rawValue: 1)
  /// Punctuation of any kind, and every ASCII symbol.
  package static let punctuation = ReferenceClass(rawValue: 2)
  /// Marks that Bert's `strip_accents` removes.
  package static let nonspacingMark = ReferenceClass(rawValue: 4)
  /// What Bert's `clean_text` removes: controls, format characters, private use, U+FFFD.
  package static let control = ReferenceClass(rawValue: 8)
  /// `\w`.
  package static let word = ReferenceClass(rawValue: 16)
  /// Numbers of any kind.
  package static let number = ReferenceClass(rawValue: 32)
  /// Marks that StripAccents removes.
  package static let mark = ReferenceClass(rawValue: 64)
  /// The blocks of Chinese characters that Bert puts spaces around.
  package static let chinese = ReferenceClass(rawValue: 128)

  /// The bits of every code point; decoded at first use (a few milliseconds).
  static let table = CodePointTable(decode())

  /// The sets that the code point belongs to; none beyond U+10FFFF.
  @inline(__always) static func of(_ codePoint: Int) -> ReferenceClass {
    ReferenceClass(rawValue: codePoint < CodePointTable.codePointCount ? table[codePoint] : 0)
  }

  private static let chineseBlocks: [ClosedRange<Int>] = [
    0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
    0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F,
  ]

  private static func decode() -> [UInt8] {
    let ofCategory = GeneralCategory.allCases.map { classes($0).rawValue }
    var flat = CodePointTable.decodeCategories().map { ofCategory[Int($0)] }
    for codePoint in 0x21...0x7E where flat[codePoint] & (word.rawValue | number.rawValue) == 0 {
      flat[codePoint] |= punctuation.rawValue
    }
    flat[0x5F] |= punctuation.rawValue
    for codePoint in [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85] { flat[codePoint] |= space.rawValue }
    for codePoint in [0x09, 0x0A, 0x0D] { flat[codePoint] &= ~control.rawValue }
    flat[0xFFFD] |= control.rawValue
    for block in chineseBlocks { for codePoint in block { flat[codePoint] |= chinese.rawValue } }
    flip(ReferenceExceptions.clean, control, &flat)
    flip(ReferenceExceptions.nonspacingMarks, nonspacingMark, &flat)
    flip(ReferenceExceptions.marks, mark, &flat)
    flip(ReferenceExceptions.punctuation, punctuation, &flat)
    flip(ReferenceExceptions.wordCharacters, word, &flat)
    flip(ReferenceExceptions.numbers, number, &flat)
    return flat
  }

  private static func flip(_ codePoints: StaticString, _ bit: ReferenceClass, _ flat: inout [UInt8]) {
    ReferenceExceptions.forEach(codePoints) { flat[$0] ^= bit.rawValue }
  }

  private static func classes(_ category: GeneralCategory) -> ReferenceClass {
    switch category {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .word
    case .nonspacingMark: [.word, .mark, .nonspacingMark]
    case .spacingMark, .enclosingMark: [.word, .mark]
    case .decimalNumber, .letterNumber: [.word, .number]
    case .otherNumber: .number
    case .connectorPunctuation: [.word, .punctuation]
    case .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
      .otherPunctuation:
      .punctuation
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: .space
    case .control, .format, .privateUse: .control
    default: []
    }
  }
}

extension ReferenceExceptions {
  /// Calls `body` with every code point of a list such as `7FD 897-89F`.
  static func forEach(_ list: StaticString, _ body: (Int) -> Void) {
    list.withUTF8Buffer { text in
      for word in text.split(separator: 0x20) {
        let ends = word.split(separator: UInt8(ascii: "-")).compactMap {
          Int(String(decoding: $0, as: UTF8.self), radix: 16)
        }
        guard let first = ends.first, let last = ends.last, first <= last else { continue }
        for codePoint in first...last { body(codePoint) }
      }
    }
  }
}
