/// How a segment becomes words before n-grams are counted, by the names of sacrebleu (arXiv 1804.08771).
public enum BleuTokenizer: String, CaseIterable, Sendable {
  /// As `mteval-v13a` of WMT: punctuation of ASCII stands alone, but for points and commas inside numbers.
  case mteval13a = "13a"
  /// As `mteval-v14 --international`: all of Unicode's punctuation and symbols.
  case international = "intl"
  /// Every character is a word.
  case characters = "char"
  /// Words are what white space separates.
  case none

  /// The words of a segment.
  /// - Complexity: O(characters).
  func words(_ segment: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    switch self {
    case .mteval13a: PythonText.split(Self.mteval13a(segment))
    case .international: PythonText.split(Self.international(segment))
    case .characters: segment.filter { !PythonText.isSpace($0) }.map { [$0] }
    case .none: PythonText.split(segment)
    }
  }

  private static func mteval13a(_ segment: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = segment.replacing(Array("<skipped>".unicodeScalars), with: [])
    text = text.replacing(["-", "\n"], with: []).replacing(["\n"], with: [" "])
    // One after the other, so that &amp;lt; becomes < as in the reference.
    for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
      text = text.replacing(Array(entity.unicodeScalars), with: Array(character.unicodeScalars))
    }
    text = [" "] + text + [" "]
    text = text.flatMap { isStandalone($0) ? [" ", $0, " "] : [$0] }
    text = text.spacingPairs({ !isDigit($0) }, isPoint) { [$0, " ", $1, " "] }
    text = text.spacingPairs(isPoint, { !isDigit($0) }) { [" ", $0, " ", $1] }
    return text.spacingPairs(isDigit, { $0 == "-" }) { [$0, " ", $1, " "] }
  }

  private static func international(_ segment: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = segment.spacingPairs({ !isNumber($0) }, isPunctuation) { [$0, " ", $1, " "] }
    text = text.spacingPairs(isPunctuation, { !isNumber($0) }) { [" ", $0, " ", $1] }
    return text.flatMap { isSymbol($0) ? [" ", $0, " "] : [$0] }
  }

  /// Punctuation and symbols of ASCII, and the space, but not apostrophe, comma, hyphen and point.
  private static func isStandalone(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
  private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  private static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }

  private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: true
    default: false
    }
  }
}

extension [Unicode.Scalar] {
  /// The text with every pair of characters that passes both tests, from left to right and never overlapping,
  /// replaced by what `spaced` makes of it.
  fileprivate func spacingPairs(
    _ isFirst: (Element) -> Bool, _ isSecond: (Element) -> Bool,
    _ spaced: (Element, Element) -> [Element]
  ) -> Self {
    var result: Self = []
    result.reserveCapacity(count)
    var index = 0
    while index < count {
      if index + 1 < count, isFirst(self[index]), isSecond(self[index + 1]) {
        result += spaced(self[index], self[index + 1])
        index += 2
      } else {
        result.append(self[index])
        index += 1
      }
    }
    return result
  }
}
