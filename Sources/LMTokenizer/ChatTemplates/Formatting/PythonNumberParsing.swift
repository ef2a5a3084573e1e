/// Numbers as Python's `int` and `float` read them from text.
enum PythonNumberParsing {
  /// `int(text, base)`; nil where it is none. Overflow is told apart.
  enum IntegerResult: Equatable { case value(Int), tooLarge, malformed }

  static func integer(_ text: MarkedText, base: Int = 10) -> IntegerResult {
    guard base == 0 || 2...36 ~= base, var digits = plain(text) else { return .malformed }
    var sign = ""
    if let first = digits.first, first == "-" || first == "+" {
      sign = first == "-" ? "-" : ""
      digits.removeFirst()
    }
    var base = base
    let prefixes: [(String, Int)] = [("0x", 16), ("0o", 8), ("0b", 2)]
    if let (_, value) = prefixes.first(where: { digits.lowercased().hasPrefix($0.0) }),
      base == value || base == 0
    {
      digits.removeFirst(2)
      if digits.first == "_" { digits.removeFirst() }
      base = value
    } else if base == 0 {
      if digits.first == "0", digits.contains(where: { $0 != "0" && $0 != "_" }) { return .malformed }
      base = 10
    }
    guard let bare = withoutSeparators(digits), bare.first != "-", bare.first != "+",
      bare.allSatisfy({ $0.hexOrLetterValue.map { $0 < base } ?? false })
    else { return .malformed }
    return Int(sign + bare, radix: base).map { .value($0) } ?? .tooLarge
  }

  /// `float(text)`; nil where it is none.
  static func number(_ text: MarkedText) -> Double? {
    guard let plain = plain(text)?.lowercased() else { return nil }
    let unsigned = plain.hasPrefix("-") || plain.hasPrefix("+") ? String(plain.dropFirst()) : plain
    switch unsigned {
    case "inf", "infinity": return plain.hasPrefix("-") ? -.infinity : .infinity
    case "nan": return .nan
    default: break
    }
    guard let bare = withoutSeparators(plain),
      bare.allSatisfy({ "0123456789.e+-".contains($0) }), unsigned.first.map({ $0 != "e" }) ?? false
    else { return nil }
    var text = bare
    if text.hasSuffix(".") { text += "0" }
    text = text.replacing(".e", with: ".0e")
    guard unsigned != "." else { return nil }
    return Double(text)
  }

  /// Characters of a number, as many as Python reads in an integer.
  private static let lengthLimit = 4_300

  /// The text without white space around it, digits of all scripts as ASCII; nil beyond ASCII otherwise.
  private static func plain(_ text: MarkedText) -> String? {
    var result = ""
    let range = text.strippedRange()
    guard range.count <= lengthLimit else { return nil }
    for index in range {
      let scalar = text[index]
      if scalar.isASCII {
        result.unicodeScalars.append(scalar)
      } else if PythonCharacter.isDecimal(scalar.value), let digit = scalar.properties.numericValue {
        result += String(Int(digit))
      } else {
        return nil
      }
    }
    return result.isEmpty ? nil : result
  }

  /// The digits without `_`, each of which must stand between two digits; nil where one does not.
  private static func withoutSeparators(_ text: String) -> String? {
    let characters = Array(text)
    for (index, character) in characters.enumerated() where character == "_" {
      guard index > 0, index + 1 < characters.count, characters[index - 1].hexOrLetterValue != nil,
        characters[index + 1].hexOrLetterValue != nil
      else { return nil }
    }
    let result = text.filter { $0 != "_" }
    return result.isEmpty ? nil : result
  }
}

extension Character {
  /// The value of an ASCII digit in bases up to 36.
  fileprivate var hexOrLetterValue: Int? {
    guard let value = asciiValue else { return nil }
    return switch value {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(value) - 48
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(value) - 87
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(value) - 55
    default: nil
    }
  }
}
