import LMRuntime

extension TemplateEvaluator {
  /// The filter `tojson` as transformers defines it: Python's `json.dumps`, without escapes for HTML.
  func json(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> MarkedText {
    let values = try arguments.values(
      ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson", self)
    var writer = TemplateJSON(self)
    writer.isASCII = values[0]?.isTrue ?? false
    writer.sortsKeys = values[3]?.isTrue ?? false
    switch values[1] {
    case nil, .some(.null): break
    case .text(let text)?: writer.indentation = text
    case .some(let value):
      writer.indentation = try repeated(" ", max(0, try integer(value, or: 0, of: "tojson")))
    }
    if writer.indentation != nil { writer.separator = "," }
    if let separators = values[2], !isNull(separators) {
      let parts = try elements(separators)
      guard parts.count == 2 else { throw unsuitable(separators, for: "the separators of 'tojson'") }
      writer.separator = try argumentText(parts[0], of: "tojson")
      writer.colon = try argumentText(parts[1], of: "tojson")
    }
    try writer.write(value, level: 0)
    return writer.result
  }
}

private struct TemplateJSON {
  let evaluator: TemplateEvaluator
  var result = MarkedText()
  var isASCII = false
  var sortsKeys = false
  /// What a level is indented by; nil for one line.
  var indentation: MarkedText?
  var separator: MarkedText = ", "
  var colon: MarkedText = ": "

  init(_ evaluator: TemplateEvaluator) { self.evaluator = evaluator }

  mutating func write(_ value: TemplateValue, level: Int) throws(LMError) {
    try evaluator.allocate(8)
    switch value {
    case .null: result.append("null")
    case .bool(let value): result.append(value ? "true" : "false")
    case .integer(let value): result.append(String(value))
    case .number(let value): result.append(number(value))
    case .text(let text): try write(text)
    case .list(let list), .tuple(let list):
      try writeElements("[", "]", list.items, level) { writer, item throws(LMError) in
        try writer.write(item, level: level + 1)
      }
    case .mapping(let mapping):
      var pairs = Array(zip(mapping.keys, mapping.values))
      if sortsKeys {
        let order = try evaluator.sorted(pairs.indices.map { .integer($0) }, by: mapping.keys)
        pairs = order.compactMap(\.asInteger).map { pairs[$0] }
      }
      try writeElements("{", "}", pairs, level) { writer, pair throws(LMError) in
        let key = try writer.keyText(pair.0)
        try writer.write(key)
        let colon = writer.colon
        try writer.evaluator.allocate(colon.count)
        writer.result.append(colon)
        try writer.write(pair.1, level: level + 1)
      }
    default:
      throw evaluator.failure("a value of type \(value.typeName) cannot be written as JSON")
    }
  }

  private func number(_ value: Double) -> String {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : PythonFloat.text(value)
  }

  private func keyText(_ key: TemplateValue) throws(LMError) -> MarkedText {
    switch key {
    case .text(let text): text
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): MarkedText(String(value))
    case .number(let value): MarkedText(number(value))
    default: throw evaluator.failure("a value of type \(key.typeName) cannot be a key in JSON")
    }
  }

  private mutating func writeElements<Element>(
    _ open: String, _ close: String, _ elements: [Element], _ level: Int,
    _ body: (inout TemplateJSON, Element) throws(LMError) -> Void
  ) throws(LMError) {
    result.append(open)
    for (position, element) in elements.enumerated() {
      try evaluator.allocate(separator.count)
      if position > 0 { result.append(separator) }
      try breakLine(level + 1)
      try body(&self, element)
    }
    if !elements.isEmpty { try breakLine(level) }
    result.append(close)
  }

  private mutating func breakLine(_ level: Int) throws(LMError) {
    guard let indentation else { return }
    result.append("\n")
    result.append(try evaluator.repeated(indentation, level))
  }

  private mutating func write(_ text: MarkedText) throws(LMError) {
    try evaluator.allocate(2 * text.count)
    result.append("\"")
    for (index, symbol) in text.symbols.enumerated() {
      let scalar = text[index]
      switch scalar {
      case "\"": result.append("\\\"", like: symbol)
      case "\\": result.append("\\\\", like: symbol)
      case "\n": result.append("\\n", like: symbol)
      case "\r": result.append("\\r", like: symbol)
      case "\t": result.append("\\t", like: symbol)
      case "\u{8}": result.append("\\b", like: symbol)
      case "\u{C}": result.append("\\f", like: symbol)
      case "\0"..<" ": result.append(Self.escape(UInt16(scalar.value)), like: symbol)
      default:
        if isASCII, !scalar.isASCII {
          for unit in String(scalar).utf16 { result.append(Self.escape(unit), like: symbol) }
        } else {
          result.append(symbol: symbol)
        }
      }
    }
    result.append("\"")
  }

  private static func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
