/// What Python's `str` methods ask about a code point.
enum PythonCharacter {
  /// `str.isspace`, also what `\s` matches.
  static func isSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }

  /// Where `str.splitlines` cuts.
  static func isLineBreak(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  static func isAlphabetic(_ scalar: UInt32) -> Bool {
    switch GeneralCategory.of(scalar) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  static func isDecimal(_ scalar: UInt32) -> Bool { GeneralCategory.of(scalar) == .decimalNumber }

  /// `str.isdigit`: decimals, and superscripts and their like.
  static func isDigit(_ scalar: UInt32) -> Bool {
    switch properties(scalar)?.numericType {
    case .decimal, .digit: true
    default: false
    }
  }

  static func isNumeric(_ scalar: UInt32) -> Bool { properties(scalar)?.numericType != nil }
  static func isAlphanumeric(_ scalar: UInt32) -> Bool { isAlphabetic(scalar) || isNumeric(scalar) }
  static func isUppercase(_ scalar: UInt32) -> Bool { properties(scalar)?.isUppercase ?? false }
  static func isLowercase(_ scalar: UInt32) -> Bool { properties(scalar)?.isLowercase ?? false }
  static func isTitlecase(_ scalar: UInt32) -> Bool { GeneralCategory.of(scalar) == .titlecaseLetter }
  static func isCased(_ scalar: UInt32) -> Bool {
    isUppercase(scalar) || isLowercase(scalar) || isTitlecase(scalar)
  }

  /// False for what `repr` writes as an escape.
  static func isPrintable(_ scalar: UInt32) -> Bool {
    switch GeneralCategory.of(scalar) {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == 0x20
    default: true
    }
  }

  static func isNameStart(_ scalar: UInt32) -> Bool {
    scalar == 0x5F || properties(scalar)?.isXIDStart ?? false
  }

  static func isNamePart(_ scalar: UInt32) -> Bool {
    properties(scalar)?.isXIDContinue ?? false
  }

  static func properties(_ scalar: UInt32) -> Unicode.Scalar.Properties? {
    Unicode.Scalar(scalar)?.properties
  }
}
