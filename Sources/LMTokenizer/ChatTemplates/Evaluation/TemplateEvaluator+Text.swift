import LMRuntime

extension TemplateEvaluator {
  /// `str(value)`.
  func text(_ value: TemplateValue) throws(LMError) -> MarkedText {
    switch value {
    case .text(let text): return text
    case .undefined: return MarkedText()
    default: return try representation(value)
    }
  }

  /// `repr(value)`.
  func representation(_ value: TemplateValue) throws(LMError) -> MarkedText {
    var result = MarkedText()
    try appendRepresentation(of: value, to: &result)
    return result
  }

  private func appendRepresentation(of value: TemplateValue, to result: inout MarkedText) throws(LMError) {
    // Namespaces may hold each other, so the nesting of values does not bound the depth.
    try deeper { () throws(LMError) in try append(value, to: &result) }
  }

  private func append(_ value: TemplateValue, to result: inout MarkedText) throws(LMError) {
    switch value {
    case .undefined: result.append("Undefined")
    case .null: result.append("None")
    case .bool(let value): result.append(value ? "True" : "False")
    case .integer(let value): result.append(String(value))
    case .number(let value): result.append(PythonFloat.text(value))
    case .text(let text):
      try allocate(text.count)
      result.appendQuoted(text)
    case .list(let list): try appendElements(list.items, "[", "]", to: &result)
    case .tuple(let list):
      try appendElements(list.items, "(", list.items.count == 1 ? ",)" : ")", to: &result)
    case .mapping(let mapping): try appendPairs(zip(mapping.keys, mapping.values), to: &result)
    case .range(let range):
      result.append("range(\(range.start), \(range.stop)\(range.step == 1 ? "" : ", \(range.step)"))")
    case .view(let view):
      result.append("dict_\(view.kind)")
      try appendElements(view.elements.items, "([", "])", to: &result)
    case .namespace(let namespace):
      result.append("<Namespace ")
      try appendPairs(namespace.attributes.map { (.text($0.name), $0.value) }, to: &result)
      result.append(">")
    case .loop(let loop):
      let length = try loop.attribute("length", self) ?? .null
      result.append("<LoopContext \(loop.position + 1)/\(try text(length).string)>")
    case .macro(let macro): result.append("<Macro \(macro.description)>")
    case .generator, .function, .method: result.append("<\(value.typeName)>")
    }
    try allocate(8)
  }

  private func appendElements(
    _ items: [TemplateValue], _ open: String, _ close: String, to result: inout MarkedText
  ) throws(LMError) {
    result.append(open)
    for (position, item) in items.enumerated() {
      if position > 0 { result.append(", ") }
      try appendRepresentation(of: item, to: &result)
    }
    result.append(close)
  }

  private func appendPairs(
    _ pairs: some Sequence<(TemplateValue, TemplateValue)>, to result: inout MarkedText
  ) throws(LMError) {
    result.append("{")
    for (position, (key, value)) in pairs.enumerated() {
      if position > 0 { result.append(", ") }
      try appendRepresentation(of: key, to: &result)
      result.append(": ")
      try appendRepresentation(of: value, to: &result)
    }
    result.append("}")
  }
}

extension MarkedText {
  /// Appends `repr(text)`.
  mutating func appendQuoted(_ text: MarkedText) {
    let holdsSingle = text.symbols.contains { $0 & Self.scalarMask == 0x27 }
    let holdsDouble = text.symbols.contains { $0 & Self.scalarMask == 0x22 }
    let quote: Unicode.Scalar = holdsSingle && !holdsDouble ? "\"" : "'"
    append(symbol: quote.value)
    for index in 0..<text.count {
      let scalar = text[index]
      let symbol = text.symbols[index]
      switch scalar {
      case "\\", quote: append("\\\(scalar)", like: symbol)
      case "\n": append("\\n", like: symbol)
      case "\r": append("\\r", like: symbol)
      case "\t": append("\\t", like: symbol)
      default:
        if PythonCharacter.isPrintable(scalar.value) {
          append(symbol: symbol)
        } else {
          append(Self.numericEscape(scalar.value), like: symbol)
        }
      }
    }
    append(symbol: quote.value)
  }

  /// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`.
  static func numericEscape(_ scalar: UInt32) -> String {
    let digits = String(scalar, radix: 16)
    let (letter, width) = scalar < 0x100 ? ("x", 2) : scalar < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
  }
}
