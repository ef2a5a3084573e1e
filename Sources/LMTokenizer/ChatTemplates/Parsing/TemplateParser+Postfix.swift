import LMRuntime

extension TemplateParser {
  /// Attributes, subscripts and calls behind `base`.
  mutating func postfix(_ base: TemplateExpression) throws(LMError) -> TemplateExpression {
    var result = base
    while true {
      switch token.kind {
      case .symbol(.dot): result = try attribute(of: result)
      case .symbol(.leftBracket): result = try subscripted(result)
      case .symbol(.leftParenthesis): result = try call(result)
      default: return result
      }
    }
  }

  /// Filters, tests and calls behind `base`.
  mutating func filtersAndTests(_ base: TemplateExpression) throws(LMError) -> TemplateExpression {
    var result = base
    while true {
      switch token.kind {
      case .symbol(.pipe): result = try filters(on: result, line) ?? result
      case .name("is"): result = try test(result)
      case .symbol(.leftParenthesis): result = try call(result)
      default: return result
      }
    }
  }

  private mutating func attribute(of base: TemplateExpression) throws(LMError) -> TemplateExpression {
    let line = line
    advance()
    switch token.kind {
    case .name(let name):
      advance()
      return try node(.attribute(base, TemplateAttribute(MarkedText(name))), line, over: [base])
    case .integer(let position):
      advance()
      let index = try node(.literal(.integer(position)), line)
      return try node(.item(base, index), line, over: [base, index])
    default: throw unexpected("a name or a number")
    }
  }

  private mutating func subscripted(_ base: TemplateExpression) throws(LMError) -> TemplateExpression {
    let line = line
    advance()
    var parts: [TemplateExpression] = []
    while !isAt(.rightBracket) {
      if !parts.isEmpty { try expect(.comma) }
      if isAt(.colon) { return try slice(base, from: nil, line, isAlone: parts.isEmpty) }
      let part = try expression()
      if isAt(.colon) { return try slice(base, from: part, line, isAlone: parts.isEmpty) }
      parts.append(part)
    }
    try expect(.rightBracket)
    let index = parts.count == 1 ? parts[0] : try node(.tuple(parts), line, over: parts)
    return try node(.item(base, index), line, over: [base, index])
  }

  private mutating func slice(
    _ base: TemplateExpression, from: TemplateExpression?, _ line: Int, isAlone: Bool
  ) throws(LMError) -> TemplateExpression {
    try expect(.colon)
    let to = try bound()
    let step = skip(.colon) ? try bound() : nil
    guard isAlone, !isAt(.comma) else { throw failure("a slice cannot stand among other subscripts") }
    try expect(.rightBracket)
    let children = [base] + [from, to, step].compactMap { $0 }
    return try node(.slice(base, from: from, to: to, step: step), line, over: children)
  }

  private mutating func bound() throws(LMError) -> TemplateExpression? {
    isAt(.colon) || isAt(.rightBracket) || isAt(.comma) ? nil : try expression()
  }

  private mutating func call(_ callee: TemplateExpression) throws(LMError) -> TemplateExpression {
    let line = line
    let arguments = try callArguments()
    return try node(.call(callee, arguments), line, over: [callee] + arguments.all)
  }

  private mutating func callArguments() throws(LMError) -> TemplateCallArguments {
    var result = TemplateCallArguments()
    try expect(.leftParenthesis)
    var isFirst = true
    while !isAt(.rightParenthesis) {
      if !isFirst {
        try expect(.comma)
        if isAt(.rightParenthesis) { break }
      }
      isFirst = false
      try callArgument(&result)
    }
    try expect(.rightParenthesis)
    return result
  }

  private mutating func callArgument(_ result: inout TemplateCallArguments) throws(LMError) {
    if skip(.multiply) {
      guard result.list == nil, result.mapping == nil else { throw misplaced() }
      result.list = try expression()
    } else if skip(.power) {
      guard result.mapping == nil else { throw misplaced() }
      result.mapping = try expression()
    } else if case .name(let name) = token.kind, following.kind == .symbol(.assign) {
      guard result.mapping == nil else { throw misplaced() }
      guard result.named.count < Self.parameterLimit else { throw tooManyParameters() }
      guard !result.named.contains(where: { $0.name == name }) else {
        throw failure("the argument '\(name)' stands twice")
      }
      advance()
      advance()
      result.named.append((name, try expression()))
    } else {
      guard result.list == nil, result.mapping == nil, result.named.isEmpty else { throw misplaced() }
      result.positional.append(try expression())
    }
  }

  private func misplaced() -> LMError { failure("an argument stands behind one that must come last") }

  /// Filters behind `base`; behind what a block captures where that is nil. Nil where no filter follows.
  mutating func filters(
    on base: TemplateExpression?, _ line: Int, startsInside: Bool = false
  ) throws(LMError) -> TemplateExpression? {
    var result = base
    var isInside = startsInside
    while isInside || skip(.pipe) {
      isInside = false
      let line = self.line
      let name = try dottedName()
      let arguments = isAt(.leftParenthesis) ? try callArguments() : TemplateCallArguments()
      let filter = TemplateFilter(rawValue: name)
      if filter == nil, !isSoft { unknown.append(("filter '\(name)'", line)) }
      let input: TemplateExpression
      if let result { input = result } else { input = try node(.capture, line) }
      result = try node(.filter(input, name, filter, arguments), line, over: [input] + arguments.all)
    }
    return result
  }

  private mutating func test(_ base: TemplateExpression) throws(LMError) -> TemplateExpression {
    let line = line
    advance()
    let isNegated = skip("not")
    let name = try dottedName()
    var arguments = TemplateCallArguments()
    if isAt(.leftParenthesis) {
      arguments = try callArguments()
    } else if startsTestArgument {
      guard !isAt("is") else { throw failure("two tests with 'is' cannot follow each other") }
      arguments.positional = [try postfix(try primary())]
    }
    let test = TemplateTest(rawValue: name)
    if test == nil, !isSoft { unknown.append(("test '\(name)'", line)) }
    let result = try node(.test(base, name, test, arguments), line, over: [base] + arguments.all)
    return isNegated ? try node(.not(result), line, over: [result]) : result
  }

  private var startsTestArgument: Bool {
    switch token.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .text, .integer, .number, .symbol(.leftBracket), .symbol(.leftBrace): true
    default: false
    }
  }

  private mutating func dottedName() throws(LMError) -> String {
    var name = try expectName()
    while skip(.dot) { name += "." + (try expectName()) }
    return name
  }
}

extension TemplateCallArguments {
  /// The expressions of all arguments.
  var all: [TemplateExpression] {
    positional + named.map(\.value) + [list, mapping].compactMap { $0 }
  }
}
