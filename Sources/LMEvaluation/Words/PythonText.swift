/// What Python's `str` methods do to a text; the reference programs of BLEU and ROUGE are built from them.
enum PythonText {
  /// The characters at which `split()` and `rstrip()` cut: those of bidirectional type WS, B or S, or of category
  /// Zs.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }

  /// `text.split()`: the runs without white space.
  static func split(_ text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    text.split(whereSeparator: isSpace)
  }

  /// `text.rstrip()`.
  static func withoutTrailingSpace(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(text[..<(text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0)])
  }

  /// `text.lower()`: the full mappings of Unicode, with the final form of sigma.
  static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      if scalar == "Σ" {
        result.append(isFinalSigma(text, index) ? "ς" : "σ")
      } else {
        result += scalar.properties.lowercaseMapping.unicodeScalars
      }
    }
    return result
  }

  /// Whether a cased letter stands before the sigma and none behind it, ignorable characters between them or
  /// not (Unicode, table 3-17).
  private static func isFinalSigma(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
    let before = text[..<index].last { !$0.properties.isCaseIgnorable }
    let after = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased ?? false && !(after?.properties.isCased ?? false)
  }
}
