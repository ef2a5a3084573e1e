import LMRuntime

/// How a number or text is laid out: what `%` formatting and `format` have in common.
struct NumberLayout {
  var fill: MarkedText = " "
  /// One of `<`, `>`, `^`, `=` (padding behind the sign); nil for what is customary.
  var alignment: Unicode.Scalar?
  /// True where a zero stands before the width: zeros fill up numbers behind their sign.
  var fillsWithZeros = false
  /// What stands before numbers that are not negative: a plus, a space, or nothing.
  var sign: Unicode.Scalar?
  var isAlternate = false
  var width = 0
  /// `,` or `_` between groups of digits.
  var grouping: Unicode.Scalar?
  var precision: Int?
  var type: Unicode.Scalar?

  /// The largest width and precision that are read.
  static let limit = 1 << 30
}

extension TemplateEvaluator {
  /// Digits of `value` in the base of the type `d`, `x`, `X`, `o` or `b`, at least `precision` of them.
  func laidOut(_ value: Int, _ layout: NumberLayout) throws(LMError) -> MarkedText {
    let type = layout.type ?? "d"
    let (radix, prefix) =
      type == "x" || type == "X" ? (16, "0x") : type == "o" ? (8, "0o") : type == "b" ? (2, "0b") : (10, "")
    var digits = String(value.magnitude, radix: radix, uppercase: type == "X")
    if let precision = layout.precision, precision > digits.count {
      try allocate(precision)
      digits = String(repeating: "0", count: precision - digits.count) + digits
    }
    let shown = layout.isAlternate ? (type == "X" ? prefix.uppercased() : prefix) : ""
    return try laidOut(
      digits: digits, isNegative: value < 0, prefix: shown, layout, group: radix == 10 ? 3 : 4)
  }

  /// `value` as the types e, f, g (either case) and % write it.
  func laidOut(_ value: Double, _ layout: NumberLayout) throws(LMError) -> MarkedText {
    let precision = layout.precision ?? 6
    guard precision <= 400 else {
      throw failure("a float has a precision of \(precision)", remedy: "use at most 400 digits")
    }
    let type = layout.type ?? "r"
    var digits: String
    switch type {
    case "%": digits = PythonFloat.formatted(100 * value.magnitude, "f", precision: precision) + "%"
    case "e", "E", "f", "F", "g", "G":
      digits = PythonFloat.formatted(
        value.magnitude, Character(type),
        precision: type == "g" || type == "G" ? max(precision, 1) : precision,
        isAlternate: layout.isAlternate)
    default: digits = shortest(value.magnitude, layout.precision, isAlternate: layout.isAlternate)
    }
    if value.isNaN { digits = type.properties.isUppercase ? "NAN" : type == "%" ? "nan%" : "nan" }
    let isNegative = value.sign == .minus && !value.isNaN
    return try laidOut(digits: digits, isNegative: isNegative, prefix: "", layout, group: 3)
  }

  /// A float without a type: the shortest text, or `precision` digits with a fraction.
  private func shortest(_ value: Double, _ precision: Int?, isAlternate: Bool) -> String {
    guard let precision, value.isFinite else { return PythonFloat.text(value) }
    let digits = max(precision, 1)
    let scientific = PythonFloat.formatted(value, "e", precision: digits - 1, isAlternate: isAlternate)
    let exponent = scientific.split(separator: "e").last.flatMap { Int($0) } ?? 0
    guard exponent >= digits - 1, exponent >= -4, value != 0 else {
      let text = PythonFloat.formatted(value, "g", precision: digits, isAlternate: isAlternate)
      return text.contains(".") || text.contains("e") ? text : text + ".0"
    }
    var mantissa = String(scientific.split(separator: "e").first ?? "")
    if !isAlternate, mantissa.contains(".") {
      while mantissa.hasSuffix("0") { mantissa.removeLast() }
      if mantissa.hasSuffix(".") { mantissa.removeLast() }
    }
    return mantissa + "e" + (scientific.split(separator: "e").last ?? "")
  }

  private func laidOut(
    digits: String, isNegative: Bool, prefix: String, _ layout: NumberLayout, group: Int
  ) throws(LMError) -> MarkedText {
    let sign = isNegative ? "-" : layout.sign.map { $0 == "-" ? "" : String($0) } ?? ""
    let head = MarkedText(sign + prefix)
    var body = MarkedText(digits)
    let fillsWithZeros = layout.alignment == "=" && layout.fill == "0"
    if let grouping = layout.grouping {
      // Only numbers have groups, not inf or nan.
      let whole =
        digits.hasPrefix("inf") || digits.hasPrefix("nan")
        ? 0 : digits.prefix { group == 4 ? $0.isHexDigit : $0.isNumber }.count
      body = try grouped(
        body, whole: whole, grouping, every: group, width: fillsWithZeros ? layout.width - head.count : 0)
    }
    let space = max(0, layout.width - head.count - body.count)
    switch layout.alignment ?? ">" {
    case "<": return try padded(head + body, left: 0, right: space, layout.fill)
    case "^": return try padded(head + body, left: space / 2, right: space - space / 2, layout.fill)
    case "=": return try head + repeated(layout.fill, space) + body
    default: return try padded(head + body, left: space, right: 0, layout.fill)
    }
  }

  /// The first `whole` digits in groups, filled up with zeros to `width`.
  private func grouped(
    _ digits: MarkedText, whole: Int, _ separator: Unicode.Scalar, every size: Int, width: Int
  ) throws(LMError) -> MarkedText {
    guard whole > 0 else { return digits }
    try allocate(max(0, width) + 2 * digits.count)
    var result: [UInt32] = []
    var count = 0
    var rest = digits.symbols[0..<whole].reversed().makeIterator()
    let fraction = digits.symbols[whole...]
    while true {
      let next = rest.next()
      guard next != nil || result.count + fraction.count < width else { break }
      if count > 0, count % size == 0 { result.append(separator.value) }
      result.append(next ?? 0x30)
      count += 1
    }
    return MarkedText(symbols: result.reversed() + fraction)
  }

  /// A text cut to the precision and padded to the width.
  func laidOut(_ text: MarkedText, _ layout: NumberLayout) throws(LMError) -> MarkedText {
    let cut = layout.precision.map { text.part(0..<min($0, text.count)) } ?? text
    let space = max(0, layout.width - cut.count)
    switch layout.alignment ?? "<" {
    case ">": return try padded(cut, left: space, right: 0, layout.fill)
    case "^": return try padded(cut, left: space / 2, right: space - space / 2, layout.fill)
    default: return try padded(cut, left: 0, right: space, layout.fill)
    }
  }
}
