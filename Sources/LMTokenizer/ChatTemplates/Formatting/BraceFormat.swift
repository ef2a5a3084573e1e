import LMRuntime

extension TemplateEvaluator {
  /// `format.format(arguments)`.
  func braceFormat(_ format: MarkedText, _ arguments: TemplateArguments) throws(LMError) -> MarkedText {
    var counter: Int? = 0
    return try braceFormat(format, arguments, &counter, level: 0)
  }

  /// Replaces the fields of `format`; `counter` is the next argument of a field without a name, nil after one
  /// with a number.
  private func braceFormat(
    _ format: MarkedText, _ arguments: TemplateArguments, _ counter: inout Int?, level: Int
  ) throws(LMError) -> MarkedText {
    guard level < 2 else { throw failure("fields of a format are nested too deeply") }
    try allocate(format.count)
    var result = MarkedText()
    var index = 0
    while index < format.count {
      let scalar = format[index]
      guard scalar == "{" || scalar == "}" else {
        result.append(symbol: format.symbols[index])
        index += 1
        continue
      }
      if index + 1 < format.count, format[index + 1] == scalar, level == 0 {
        result.append(symbol: format.symbols[index])
        index += 2
        continue
      }
      guard scalar == "{", let end = fieldEnd(format, from: index + 1) else {
        throw failure("a format has a single '\(scalar)'")
      }
      result.append(try field(format.part(index + 1..<end), arguments, &counter, level))
      index = end + 1
    }
    return result
  }

  /// Where the `}` that closes the field stands.
  private func fieldEnd(_ format: MarkedText, from start: Int) -> Int? {
    var level = 1
    for index in start..<format.count {
      if format[index] == "{" { level += 1 } else if format[index] == "}" { level -= 1 }
      if level == 0 { return index }
    }
    return nil
  }

  private func field(
    _ field: MarkedText, _ arguments: TemplateArguments, _ counter: inout Int?, _ level: Int
  ) throws(LMError) -> MarkedText {
    let all = 0..<field.count
    var nameEnd = all.firstIndex { field[$0] == ":" || field[$0] == "!" } ?? field.count
    if let bracket = field.firstIndex(of: "[", in: 0..<nameEnd),
      let close = field.firstIndex(of: "]", in: bracket..<field.count), close > nameEnd
    {
      nameEnd = (close..<field.count).first { field[$0] == ":" || field[$0] == "!" } ?? field.count
    }
    var value = try fieldValue(field.part(0..<nameEnd), arguments, &counter)
    var position = nameEnd
    if position < field.count, field[position] == "!" {
      guard position + 1 < field.count, position + 2 == field.count || field[position + 2] == ":" else {
        throw failure("a format has a conversion that is not one letter")
      }
      value = .text(try conversion(field[position + 1], value))
      position += 2
    }
    let spec = position < field.count ? field.part(position + 1..<field.count) : MarkedText()
    return try formatted(value, try braceFormat(spec, arguments, &counter, level: level + 1))
  }

  private func conversion(_ kind: Unicode.Scalar, _ value: TemplateValue) throws(LMError) -> MarkedText {
    switch kind {
    case "s": try text(value)
    case "r": try representation(value)
    case "a": try asASCII(try representation(value))
    default: throw failure("a format has the unknown conversion '\(kind)'")
    }
  }

  /// The value that `name.attribute[index]` stands for.
  private func fieldValue(
    _ name: MarkedText, _ arguments: TemplateArguments, _ counter: inout Int?
  ) throws(LMError) -> TemplateValue {
    var end = (0..<name.count).first { name[$0] == "." || name[$0] == "[" } ?? name.count
    var value = try argument(name.part(0..<end), arguments, &counter)
    while end < name.count {
      let isIndex = name[end] == "["
      let start = end + 1
      end =
        (start..<name.count).first { isIndex ? name[$0] == "]" : name[$0] == "." || name[$0] == "[" }
        ?? name.count
      let part = name.part(start..<end)
      guard !part.isEmpty, !isIndex || end < name.count else {
        throw failure("a field of a format is malformed")
      }
      if isIndex {
        end += 1
        let isNumber = part.satisfies(.isdigit)
        let position = isNumber ? PythonNumberParsing.integer(part) : .malformed
        if case .value(let index) = position {
          value = try item(.integer(index), of: value)
        } else {
          value = try item(.text(part), of: value)
        }
      } else {
        value = try attribute(try attribute(named: part), of: value)
      }
    }
    return value
  }

  private func argument(
    _ name: MarkedText, _ arguments: TemplateArguments, _ counter: inout Int?
  ) throws(LMError) -> TemplateValue {
    var place: Int?
    if name.isEmpty {
      guard let next = counter else { throw failure("a format mixes numbered fields and others") }
      place = next
      counter = next + 1
    } else if name.satisfies(.isdigit), case .value(let number) = PythonNumberParsing.integer(name) {
      guard counter == 0 || counter == nil else { throw failure("a format mixes numbered fields and others") }
      place = number
      counter = nil
    }
    if let place {
      guard arguments.positional.indices ~= place else {
        throw failure("'format' lacks the argument \(place)")
      }
      return arguments.positional[place]
    }
    let text = name.string
    guard let found = arguments.named.first(where: { $0.name == text }) else {
      throw failure("'format' lacks the argument '\(text)'")
    }
    return found.value
  }

  /// `format(value, specification)`.
  private func formatted(_ value: TemplateValue, _ specification: MarkedText) throws(LMError) -> MarkedText {
    if specification.isEmpty { return try text(value) }
    var layout = try self.layout(specification)
    switch value {
    case .text(let text):
      guard layout.type == nil || layout.type == "s", layout.alignment != "=", layout.isPlain else {
        throw failure("the format '\(specification.string)' does not suit a string")
      }
      return try laidOut(text, layout)
    case .number(let number):
      if layout.fillsWithZeros { layout.alignment = "=" }
      guard layout.type != "n" || layout.grouping == nil else { break }
      guard layout.type.map({ "eEfFgGn%".unicodeScalars.contains($0) }) ?? true else { break }
      if layout.type == "n" { layout.type = "g" }
      return try laidOut(number, layout)
    case .integer, .bool:
      let integer = value.asInteger ?? 0
      if layout.fillsWithZeros { layout.alignment = "=" }
      switch layout.type ?? "d" {
      case "e", "E", "f", "F", "g", "G", "%": return try laidOut(Double(integer), layout)
      case "c":
        guard layout.isPlain, layout.precision == nil else { break }
        layout.alignment = layout.alignment ?? ">"
        return try laidOut(try character(value), layout)
      case "d", "b", "o", "x", "X", "n":
        guard layout.precision == nil, layout.grouping == nil || layout.type != "n",
          layout.grouping != "," || layout.type == nil || layout.type == "d"
        else { break }
        return try laidOut(integer, layout)
      default: break
      }
    default: break
    }
    throw failure("the format '\(specification.string)' does not suit a value of type \(value.typeName)")
  }

  private func layout(_ specification: MarkedText) throws(LMError) -> NumberLayout {
    var layout = NumberLayout()
    var index = 0
    func at(_ offset: Int) -> Unicode.Scalar? {
      index + offset < specification.count ? specification[index + offset] : nil
    }
    func isAlignment(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { "<>^=".unicodeScalars.contains($0) } ?? false
    }
    let hasFill = isAlignment(at(1))
    if hasFill {
      layout.fill = specification.part(index..<index + 1)
      layout.alignment = at(1)
      index += 2
    } else if isAlignment(at(0)) {
      layout.alignment = at(0)
      index += 1
    }
    if let sign = at(0), "+- ".unicodeScalars.contains(sign) {
      layout.sign = sign
      index += 1
    }
    if at(0) == "#" {
      layout.isAlternate = true
      index += 1
    }
    if at(0) == "0", !hasFill {
      layout.fill = "0"
      layout.fillsWithZeros = layout.alignment == nil
      index += 1
    }
    layout.width = try decimal(in: specification, &index) ?? 0
    if at(0) == "," || at(0) == "_" {
      layout.grouping = at(0)
      index += 1
    }
    if at(0) == "." {
      index += 1
      guard let precision = try decimal(in: specification, &index) else {
        throw failure("the format '\(specification.string)' lacks its precision")
      }
      layout.precision = precision
    }
    layout.type = at(0)
    if layout.type != nil { index += 1 }
    guard index == specification.count else {
      throw failure("the format '\(specification.string)' cannot be read")
    }
    return layout
  }
}

extension NumberLayout {
  /// True where nothing is asked for that only numbers have.
  fileprivate var isPlain: Bool { sign == nil && grouping == nil && !isAlternate }
}
