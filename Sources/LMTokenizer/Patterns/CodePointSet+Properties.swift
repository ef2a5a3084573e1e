extension CodePointSet {
  /// The code points of each general category, in the order of its cases.
  private static let byCategory: [CodePointSet] = {
    var ranges = Array(repeating: [ClosedRange<UInt32>](), count: GeneralCategory.allCases.count)
    var start = 0
    for codePoint in 1...CodePointTable.codePointCount {
      let category = CodePointTable.categories[start]
      if codePoint < CodePointTable.codePointCount, CodePointTable.categories[codePoint] == category {
        continue
      }
      ranges[Int(category)].append(UInt32(start)...UInt32(codePoint - 1))
      start = codePoint
    }
    return ranges.map { CodePointSet($0) }
  }()

  /// The code points of the given categories.
  init(categories: [GeneralCategory]) {
    self.init(categories.flatMap { Self.byCategory[Int($0.rawValue)].ranges })
  }

  /// `\s`: White_Space.
  static let space = CodePointSet(categories: [.spaceSeparator, .lineSeparator, .paragraphSeparator])
    .union(CodePointSet([0x09...0x0D, 0x85...0x85]))
  /// `\d`: decimal numbers.
  static let digit = CodePointSet(categories: [.decimalNumber])
  /// `\w` in a class of Oniguruma: Alphabetic, marks, decimal numbers and connectors. Alphabetic is letters,
  /// letter numbers, some marks, and Latin letters in circles and squares.
  static let wordInClass = CodePointSet(
    categories: [
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation,
    ]
  ).union(CodePointSet([0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189]))
  /// `\w` outside of classes, and what `\b` asks for: Oniguruma looks up Latin-1 in a table of its own there,
  /// which has ² ³ ¹ ¼ ½ ¾ as well.
  static let word = wordInClass.union(CodePointSet([0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE]))
  /// Line feed, the only end of line that `^`, `$` and `.` know.
  static let lineFeed = CodePointSet("\n")
  /// Beyond ASCII, the categories in which some code points have another case.
  static let casedBeyondASCII = CodePointSet(
    categories: [
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .nonspacingMark, .letterNumber,
      .otherSymbol,
    ]
  ).intersection(CodePointSet([0x80...0x10FFFF]))

  /// The property that `\p{name}` means, nil where the name is not known.
  ///
  /// Case, spaces, `-` and `_` in the name do not count, as in Oniguruma.
  init?(property name: String) {
    let key = name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
    if let categories = Self.categories(named: key) {
      self.init(categories: categories)
    } else if let script = Script(rawValue: key) {
      self = script.codePoints
    } else {
      return nil
    }
  }

  private static func categories(named key: String) -> [GeneralCategory]? {
    switch key {
    case "l", "letter":
      [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter]
    case "lc", "casedletter": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]
    case "lu", "uppercaseletter": [.uppercaseLetter]
    case "ll", "lowercaseletter": [.lowercaseLetter]
    case "lt", "titlecaseletter": [.titlecaseLetter]
    case "lm", "modifierletter": [.modifierLetter]
    case "lo", "otherletter": [.otherLetter]
    case "m", "mark", "combiningmark": [.nonspacingMark, .spacingMark, .enclosingMark]
    case "mn", "nonspacingmark": [.nonspacingMark]
    case "mc", "spacingmark": [.spacingMark]
    case "me", "enclosingmark": [.enclosingMark]
    case "n", "number": [.decimalNumber, .letterNumber, .otherNumber]
    case "nd", "decimalnumber": [.decimalNumber]
    case "nl", "letternumber": [.letterNumber]
    case "no", "othernumber": [.otherNumber]
    case "p", "punctuation":
      [
        .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation,
      ]
    case "pc", "connectorpunctuation": [.connectorPunctuation]
    case "pd", "dashpunctuation": [.dashPunctuation]
    case "ps", "openpunctuation": [.openPunctuation]
    case "pe", "closepunctuation": [.closePunctuation]
    case "pi", "initialpunctuation": [.initialPunctuation]
    case "pf", "finalpunctuation": [.finalPunctuation]
    case "po", "otherpunctuation": [.otherPunctuation]
    case "s", "symbol": [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol]
    case "sm", "mathsymbol": [.mathSymbol]
    case "sc", "currencysymbol": [.currencySymbol]
    case "sk", "modifiersymbol": [.modifierSymbol]
    case "so", "othersymbol": [.otherSymbol]
    case "z", "separator": [.spaceSeparator, .lineSeparator, .paragraphSeparator]
    case "zs", "spaceseparator": [.spaceSeparator]
    case "zl", "lineseparator": [.lineSeparator]
    case "zp", "paragraphseparator": [.paragraphSeparator]
    case "c", "other": [.control, .format, .surrogate, .privateUse, .unassigned]
    case "cc", "control": [.control]
    case "cf", "format": [.format]
    case "cs", "surrogate": [.surrogate]
    case "co", "privateuse": [.privateUse]
    case "cn", "unassigned": [.unassigned]
    default: nil
    }
  }
}
