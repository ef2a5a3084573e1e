/// The General_Category of a code point in Unicode 16.0.
///
/// A table of our own, because the reference tokenizers agree on Unicode 16 while libutf8proc, the Swift
/// library and the system each follow another version, and every version adds thousands of letters.
public enum GeneralCategory: UInt8, Sendable, CaseIterable {
  case uppercaseLetter, lowercaseLetter, titlecaseLetter, modifierLetter, otherLetter
  case nonspacingMark, spacingMark, enclosingMark
  case decimalNumber, letterNumber, otherNumber
  case connectorPunctuation, dashPunctuation, openPunctuation, closePunctuation
  case initialPunctuation, finalPunctuation, otherPunctuation
  case mathSymbol, currencySymbol, modifierSymbol, otherSymbol
  case spaceSeparator, lineSeparator, paragraphSeparator
  case control, format, surrogate, privateUse, unassigned

  /// The category of `codePoint` (0 … 0x10FFFF); what lies beyond is unassigned.
  public static func of(_ codePoint: UInt32) -> GeneralCategory {
    guard codePoint < CodePointTable.codePointCount else { return .unassigned }
    return GeneralCategory(rawValue: CodePointTable.categories[Int(codePoint)]) ?? .unassigned
  }

  /// What splitting patterns ask about a code point of this category; see ``CodePointClass``.
  var classes: CodePointClass {
    switch self {
    case .uppercaseLetter, .titlecaseLetter: [.letter, .upper]
    case .lowercaseLetter: [.letter, .lower]
    case .modifierLetter, .otherLetter: [.letter, .upper, .lower]
    case .nonspacingMark, .spacingMark, .enclosingMark: [.upper, .lower]
    case .decimalNumber, .letterNumber, .otherNumber: .number
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: .space
    default: []
    }
  }
}

/// The sets of code points that occur in splitting patterns, as bits.
package struct CodePointClass: OptionSet, Sendable {
  package let rawValue: UInt8

  /// The set with the given bits.
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `\p{L}`.
  package static let letter = CodePointClass(rawValue: 1)
  /// `\p{N}`.
  package static let number = CodePointClass(rawValue: 2)
  /// `\s`: the 25 code points with the property White_Space.
  package static let space = CodePointClass(rawValue: 4)
  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
  package static let upper = CodePointClass(rawValue: 8)
  /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
  package static let lower = CodePointClass(rawValue: 16)

  /// The three sets that no two of share a code point; none of them is "other".
  package static let kind: CodePointClass = [.letter, .number, .space]
}
