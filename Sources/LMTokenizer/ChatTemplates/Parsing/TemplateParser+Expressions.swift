import LMRuntime

extension TemplateParser {
  /// An expression, or several with commas between them: a tuple.
  mutating func tuple(
    allowsConditional: Bool = true, endsAt end: String? = nil, isInParentheses: Bool = false
  ) throws(LMError) -> TemplateExpression {
    var line = line
    var items: [TemplateExpression] = []
    var isTuple = false
    while !isTupleEnd(end) {
      items.append(try expression(allowsConditional: allowsConditional))
      guard skip(.comma) else { break }
      isTuple = true
      line = self.line
    }
    if !isTuple {
      if let only = items.first { return only }
      guard isInParentheses else { throw unexpected("an expression") }
    }
    return try node(.tuple(items), line, over: items)
  }

  private func isTupleEnd(_ word: String?) -> Bool {
    switch token.kind {
    case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
    case .name(let name): name == word
    default: false
    }
  }

  /// One expression; `a if b else c` only where `allowsConditional`.
  mutating func expression(allowsConditional: Bool = true) throws(LMError) -> TemplateExpression {
    try nested { p throws(LMError) in
      let known = p.unknown.count
      var line = p.line
      var result = try p.disjunction()
      guard allowsConditional else { return result }
      while p.skip("if") {
        let test = try p.disjunction()
        let otherwise = p.skip("else") ? try p.expression() : nil
        result = try p.node(
          .conditional(test: test, then: result, otherwise: otherwise), line,
          over: [test, result] + (otherwise.map { [$0] } ?? []))
        p.unknown.removeSubrange(known...)
        line = p.line
      }
      return result
    }
  }

  private mutating func disjunction() throws(LMError) -> TemplateExpression {
    var line = line
    var left = try conjunction()
    while skip("or") {
      let right = try conjunction()
      left = try node(.or(left, right), line, over: [left, right])
      line = self.line
    }
    return left
  }

  private mutating func conjunction() throws(LMError) -> TemplateExpression {
    var line = line
    var left = try negation()
    while skip("and") {
      let right = try negation()
      left = try node(.and(left, right), line, over: [left, right])
      line = self.line
    }
    return left
  }

  private mutating func negation() throws(LMError) -> TemplateExpression {
    let line = line
    guard skip("not") else { return try comparison() }
    return try nested { p throws(LMError) in
      let operand = try p.negation()
      return try p.node(.not(operand), line, over: [operand])
    }
  }

  private mutating func comparison() throws(LMError) -> TemplateExpression {
    let line = line
    let first = try sum()
    var rest: [(ComparisonOperator, TemplateExpression)] = []
    while let comparison = comparisonOperator() {
      rest.append((comparison, try sum()))
    }
    guard !rest.isEmpty else { return first }
    return try node(.comparison(first, rest), line, over: [first] + rest.map(\.1))
  }

  private mutating func comparisonOperator() -> ComparisonOperator? {
    if case .symbol(let symbol) = token.kind, let result = ComparisonOperator(rawValue: symbol.rawValue) {
      advance()
      return result
    }
    if skip("in") { return .isIn }
    guard isAt("not"), following.kind == .name("in") else { return nil }
    advance()
    advance()
    return .isNotIn
  }

  private mutating func sum() throws(LMError) -> TemplateExpression {
    var line = line
    var left = try concatenation()
    while let operation = arithmeticOperator([.plus, .minus]) {
      let right = try concatenation()
      left = try node(.arithmetic(operation, left, right), line, over: [left, right])
      line = self.line
    }
    return left
  }

  private mutating func concatenation() throws(LMError) -> TemplateExpression {
    let line = line
    var parts = [try product()]
    while skip(.tilde) { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try node(.concatenation(parts), line, over: parts)
  }

  private mutating func product() throws(LMError) -> TemplateExpression {
    var line = line
    var left = try power()
    while let operation = arithmeticOperator([.multiply, .divide, .floorDivide, .remainder]) {
      let right = try power()
      left = try node(.arithmetic(operation, left, right), line, over: [left, right])
      line = self.line
    }
    return left
  }

  /// Powers group from the left here, unlike in Python.
  private mutating func power() throws(LMError) -> TemplateExpression {
    var line = line
    var left = try unary()
    while let operation = arithmeticOperator([.power]) {
      let right = try unary()
      left = try node(.arithmetic(operation, left, right), line, over: [left, right])
      line = self.line
    }
    return left
  }

  private mutating func arithmeticOperator(_ symbols: [TemplateToken.Symbol]) -> ArithmeticOperator? {
    guard case .symbol(let symbol) = token.kind, symbols.contains(symbol) else { return nil }
    advance()
    return ArithmeticOperator(rawValue: symbol.rawValue)
  }

  private mutating func unary(allowsFilters: Bool = true) throws(LMError) -> TemplateExpression {
    let line = line
    var result: TemplateExpression
    if isAt(.minus) || isAt(.plus) {
      let isNegative = isAt(.minus)
      advance()
      let operand = try nested { p throws(LMError) in try p.unary(allowsFilters: false) }
      result = try node(isNegative ? .negative(operand) : .positive(operand), line, over: [operand])
    } else {
      result = try primary()
    }
    result = try postfix(result)
    return allowsFilters ? try filtersAndTests(result) : result
  }

  // MARK: - Atoms

  mutating func primary() throws(LMError) -> TemplateExpression {
    let line = line
    switch token.kind {
    case .name(let text):
      advance()
      return try atom(named: text, line)
    case .text(var text):
      advance()
      while case .text(let more) = token.kind {
        text.append(more)
        advance()
      }
      return try node(.literal(.text(literal(text))), line)
    case .integer(let value):
      advance()
      return try node(.literal(.integer(value)), line)
    case .number(let value):
      advance()
      return try node(.literal(.number(value)), line)
    case .symbol(.leftParenthesis):
      advance()
      let result = try tuple(isInParentheses: true)
      try expect(.rightParenthesis)
      return result
    case .symbol(.leftBracket):
      advance()
      let items = try list(until: .rightBracket) { p throws(LMError) in try p.expression() }
      return try node(.list(items), line, over: items)
    case .symbol(.leftBrace):
      advance()
      let pairs = try list(until: .rightBrace) { p throws(LMError) in
        let key = try p.expression()
        try p.expect(.colon)
        return (key, try p.expression())
      }
      return try node(.mapping(pairs), line, over: pairs.flatMap { [$0.0, $0.1] })
    default: throw unexpected("an expression")
    }
  }

  private mutating func atom(named text: String, _ line: Int) throws(LMError) -> TemplateExpression {
    switch text {
    case "true", "True": return try node(.literal(.bool(true)), line)
    case "false", "False": return try node(.literal(.bool(false)), line)
    case "none", "None": return try node(.literal(.null), line)
    default:
      let name = name(text)
      if let parameter = TemplateMacroDefinition.SpecialParameter(rawValue: text), !special.isEmpty {
        special[special.count - 1][parameter] = name
      }
      return try node(.name(name), line)
    }
  }

  /// Elements with commas between them, and perhaps one behind the last, up to `end`.
  private mutating func list<Element>(
    until end: TemplateToken.Symbol, _ element: (inout TemplateParser) throws(LMError) -> Element
  ) throws(LMError) -> [Element] {
    var result: [Element] = []
    while !isAt(end) {
      if !result.isEmpty { try expect(.comma) }
      if isAt(end) { break }
      result.append(try element(&self))
    }
    try expect(end)
    return result
  }

  /// A node of the tree, whose depth is checked.
  func node(
    _ kind: TemplateExpression.Kind, _ line: Int, over children: [TemplateExpression] = []
  ) throws(LMError) -> TemplateExpression {
    let depth = 1 + children.reduce(0) { max($0, $1.depth) }
    guard depth <= Self.depthLimit else { throw tooDeep() }
    return TemplateExpression(kind: kind, line: line, depth: depth)
  }
}
