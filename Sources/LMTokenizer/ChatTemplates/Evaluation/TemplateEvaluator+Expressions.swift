import LMRuntime

extension TemplateEvaluator {
  /// The value of an expression.
  func evaluate(_ expression: TemplateExpression) throws(LMError) -> TemplateValue {
    try deeper { () throws(LMError) in try value(of: expression) }
  }

  private func value(of expression: TemplateExpression) throws(LMError) -> TemplateValue {
    line = expression.line
    switch expression.kind {
    case .literal(let literal): return TemplateValue(literal)
    case .name(let name): return scope.find(name.id) ?? .undefined(.name(name.text))
    case .capture: return capture
    case .attribute(let base, let attribute):
      let value = try evaluate(base)
      line = expression.line
      return try self.attribute(attribute, of: value)
    case .item(let base, let index):
      let value = try evaluate(base)
      let position = try evaluate(index)
      line = expression.line
      return try item(position, of: value)
    case .slice(let base, let from, let to, let step):
      let value = try evaluate(base)
      let bounds = (try from.map(bound), try to.map(bound), try step.map(bound))
      line = expression.line
      return try slice(value, from: bounds.0, to: bounds.1, step: bounds.2)
    case .call(let callee, let arguments): return try call(callee, arguments, caller: nil, expression.line)
    case .filter(let base, let name, let filter, let arguments):
      let value = try evaluate(base)
      let evaluated = try self.arguments(arguments)
      line = expression.line
      guard let filter else { throw failure("there is no filter '\(name)'") }
      return try apply(filter, to: value, evaluated)
    case .test(let base, let name, let test, let arguments):
      let value = try evaluate(base)
      let evaluated = try self.arguments(arguments)
      line = expression.line
      guard let test else { throw failure("there is no test '\(name)'") }
      return .bool(try holds(test, for: value, evaluated))
    default: return try combined(expression)
    }
  }

  /// Expressions made of others by operators and brackets.
  private func combined(_ expression: TemplateExpression) throws(LMError) -> TemplateValue {
    switch expression.kind {
    case .negative(let operand):
      let value = try evaluate(operand)
      return try negated(value)
    case .positive(let operand):
      let value = try evaluate(operand)
      if case .bool(let bool) = value { return .integer(bool ? 1 : 0) }
      guard value.asNumber != nil else { throw unsuitable(value, for: "unary +") }
      return value
    case .arithmetic(let operation, let left, let right):
      let operands = (try evaluate(left), try evaluate(right))
      line = expression.line
      return try arithmetic(operation, operands.0, operands.1)
    case .concatenation(let parts):
      var result = MarkedText()
      for part in parts {
        let text = try text(try evaluate(part))
        try allocate(text.count)
        result.append(text)
      }
      return .text(result)
    case .comparison(let first, let rest): return .bool(try comparison(first, rest, expression.line))
    case .and(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .or(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .not(let operand): return .bool(!(try evaluate(operand).isTrue))
    case .conditional(let test, let then, let otherwise):
      if try evaluate(test).isTrue { return try evaluate(then) }
      return try otherwise.map(evaluate)
        ?? .undefined(.other("an `if` without `else` on line \(expression.line) did not hold"))
    case .list(let items): return .list(try list(try evaluated(items)))
    case .tuple(let items): return .tuple(try list(try evaluated(items)))
    case .mapping(let pairs):
      var values: [(TemplateValue, TemplateValue)] = []
      for (key, value) in pairs { values.append((try evaluate(key), try evaluate(value))) }
      line = expression.line
      return .mapping(try mapping(values))
    default: return .null
    }
  }

  private func evaluated(_ expressions: [TemplateExpression]) throws(LMError) -> [TemplateValue] {
    var result: [TemplateValue] = []
    for expression in expressions { result.append(try evaluate(expression)) }
    return result
  }

  private func bound(_ expression: TemplateExpression) throws(LMError) -> TemplateValue {
    try evaluate(expression)
  }

  private func comparison(
    _ first: TemplateExpression, _ rest: [(ComparisonOperator, TemplateExpression)], _ line: Int
  ) throws(LMError) -> Bool {
    var left = try evaluate(first)
    for (operation, expression) in rest {
      let right = try evaluate(expression)
      self.line = line
      guard try compare(operation, left, right) else { return false }
      left = right
    }
    return true
  }

  /// The evaluated arguments of a call.
  func arguments(_ arguments: TemplateCallArguments) throws(LMError) -> TemplateArguments {
    var result = TemplateArguments(positional: try evaluated(arguments.positional))
    for (name, expression) in arguments.named { result.named.append((name, try evaluate(expression))) }
    if let list = arguments.list { result.positional += try elements(try evaluate(list)) }
    if let mapping = arguments.mapping { try append(try evaluate(mapping), to: &result) }
    return result
  }

  private func append(_ value: TemplateValue, to arguments: inout TemplateArguments) throws(LMError) {
    guard case .mapping(let mapping) = value else { throw unsuitable(value, for: "** in a call") }
    for (key, value) in zip(mapping.keys, mapping.values) {
      guard case .text(let name) = key else { throw unsuitable(key, for: "the name of an argument") }
      try read(name.count)
      let text = name.string
      guard !arguments.named.contains(where: { $0.name == text }) else {
        throw failure("the argument '\(text)' stands twice")
      }
      try step(arguments.named.count)
      arguments.named.append((text, value))
    }
  }
}

extension TemplateValue {
  init(_ literal: TemplateLiteral) {
    switch literal {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .text(let text): self = .text(text)
    }
  }
}
