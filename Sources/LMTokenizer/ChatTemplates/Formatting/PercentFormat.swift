import LMRuntime

extension TemplateEvaluator {
  /// `format % values`, as C's printf and with `%(name)s`.
  func percentFormat(_ format: MarkedText, _ values: TemplateValue) throws(LMError) -> MarkedText {
    var reader = PercentFormat(format, values)
    var result = MarkedText()
    while let percent = format.firstIndex(of: "%", in: reader.position..<format.count) {
      try allocate(percent - reader.position)
      result.append(contentsOf: format.symbols[reader.position..<percent])
      reader.position = percent + 1
      result.append(try reader.conversion(self))
    }
    result.append(contentsOf: format.symbols[reader.position...])
    try allocate(format.count)
    guard reader.isUsedUp else { throw failure("'%' has more values than its format uses") }
    return result
  }
}

private struct PercentFormat {
  let format: MarkedText
  var position = 0
  private var values: [TemplateValue]
  private var next = 0
  private let mapping: TemplateMapping?
  /// True where values may be left over.
  private let isLenient: Bool

  init(_ format: MarkedText, _ values: TemplateValue) {
    self.format = format
    switch values {
    case .tuple(let list): (self.values, mapping, isLenient) = (list.items, nil, false)
    case .mapping(let found): (self.values, mapping, isLenient) = ([values], found, true)
    case .list, .undefined, .range: (self.values, mapping, isLenient) = ([values], nil, true)
    default: (self.values, mapping, isLenient) = ([values], nil, false)
    }
  }

  var isUsedUp: Bool { isLenient || next == values.count }

  private mutating func take(_ evaluator: TemplateEvaluator) throws(LMError) -> TemplateValue {
    guard next < values.count else { throw evaluator.failure("'%' lacks values for its format") }
    next += 1
    return values[next - 1]
  }

  /// What the conversion behind a `%` gives.
  mutating func conversion(_ evaluator: TemplateEvaluator) throws(LMError) -> MarkedText {
    var layout = NumberLayout()
    let named = try name(evaluator)
    flags: while position < format.count {
      switch format[position] {
      case "-": layout.alignment = "<"
      case "+": layout.sign = "+"
      case " ": layout.sign = layout.sign ?? " "
      case "#": layout.isAlternate = true
      case "0": if layout.alignment == nil { (layout.alignment, layout.fill) = ("=", "0") }
      default: break flags
      }
      position += 1
    }
    if layout.alignment == "<" { layout.fill = " " }
    if let width = try number(evaluator) {
      layout.width = abs(width)
      if width < 0 { (layout.alignment, layout.fill) = ("<", " ") }
    }
    if position < format.count, format[position] == "." {
      position += 1
      layout.precision = max(0, try number(evaluator) ?? 0)
    }
    while position < format.count, "hlL".unicodeScalars.contains(format[position]) { position += 1 }
    guard position < format.count else { throw evaluator.failure("a format ends behind '%'") }
    let type = format[position]
    position += 1
    if type == "%" { return "%" }
    let value: TemplateValue
    if let named { value = named } else { value = try take(evaluator) }
    return try converted(value, type, layout, evaluator)
  }

  /// The value that `(name)` stands for.
  private mutating func name(_ evaluator: TemplateEvaluator) throws(LMError) -> TemplateValue? {
    guard position < format.count, format[position] == "(" else { return nil }
    guard let mapping else { throw evaluator.failure("'%(name)' needs a mapping of values") }
    var level = 1
    var end = position + 1
    while end < format.count, level > 0 {
      if format[end] == "(" { level += 1 } else if format[end] == ")" { level -= 1 }
      end += 1
    }
    guard level == 0 else { throw evaluator.failure("a name in a format is not closed") }
    let name = format.part(position + 1..<end - 1)
    guard let value = mapping[name] else { throw evaluator.failure("'%' has no value '\(name.string)'") }
    position = end
    return value
  }

  /// A width or precision: digits, or `*` for the next value.
  private mutating func number(_ evaluator: TemplateEvaluator) throws(LMError) -> Int? {
    if position < format.count, format[position] == "*" {
      position += 1
      let value = try evaluator.integer(try take(evaluator), or: 0, of: "%")
      guard value.magnitude < UInt(NumberLayout.limit) else {
        throw evaluator.failure("a width is too large")
      }
      return value
    }
    return try evaluator.decimal(in: format, &position)
  }

  private func converted(
    _ value: TemplateValue, _ type: Unicode.Scalar, _ layout: NumberLayout, _ evaluator: TemplateEvaluator
  ) throws(LMError) -> MarkedText {
    var layout = layout
    layout.type = type
    switch type {
    case "s", "r", "a", "c":
      if layout.alignment != "<" { (layout.alignment, layout.fill) = (">", " ") }
      if type == "c" { layout.precision = nil }
      let text =
        type == "s"
        ? try evaluator.text(value)
        : type == "c" ? try evaluator.character(value) : try evaluator.representation(value)
      return try evaluator.laidOut(type == "a" ? evaluator.asASCII(text) : text, layout)
    case "d", "i", "u", "x", "X", "o":
      if type == "i" || type == "u" { layout.type = "d" }
      var integer = value.asInteger
      if case .number(let number) = value, layout.type == "d" {
        guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw evaluator.overflow() }
        integer = whole
      }
      guard let integer else { throw evaluator.unsuitable(value, for: "'%\(type)'") }
      return try evaluator.laidOut(integer, layout)
    case "e", "E", "f", "F", "g", "G":
      guard let number = value.asNumber else { throw evaluator.unsuitable(value, for: "'%\(type)'") }
      return try evaluator.laidOut(number, layout)
    default: throw evaluator.failure("'%\(type)' is unknown in a format")
    }
  }
}

extension TemplateEvaluator {
  /// Digits at `position` of a format, which they are skipped in; nil where there are none.
  func decimal(in format: MarkedText, _ position: inout Int) throws(LMError) -> Int? {
    var result: Int?
    while position < format.count, case let digit = Int(format.scalar(position)) - 48, 0...9 ~= digit {
      result = 10 * (result ?? 0) + digit
      guard let result, result < NumberLayout.limit else { throw failure("a width in a format is too large") }
      position += 1
    }
    return result
  }

  /// The character that a code point, or a text of one, stands for.
  func character(_ value: TemplateValue) throws(LMError) -> MarkedText {
    if case .text(let text) = value, text.count == 1 { return text }
    guard let code = value.asInteger, let small = UInt32(exactly: code), Unicode.Scalar(small) != nil else {
      throw unsuitable(value, for: "a character")
    }
    return MarkedText(symbols: [small])
  }

  /// The text with escapes for what is not ASCII.
  func asASCII(_ text: MarkedText) throws(LMError) -> MarkedText {
    try allocate(10 * text.count)
    var result = MarkedText()
    for symbol in text.symbols {
      let scalar = symbol & MarkedText.scalarMask
      if scalar < 0x80 {
        result.append(symbol: symbol)
      } else {
        result.append(MarkedText.numericEscape(scalar), like: symbol)
      }
    }
    return result
  }
}
