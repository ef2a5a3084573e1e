import LMRuntime

extension TemplateParser {
  /// The statements up to a tag that is one of `ends`, or the end of the template where there are none. The
  /// name of the tag that ended them is the next token.
  mutating func statements(until ends: [String]) throws(LMError) -> [TemplateStatement] {
    try nested { parser throws(LMError) in
      var result: [TemplateStatement] = []
      while true {
        switch parser.token.kind {
        case .data(let text):
          parser.advance()
          result.append(.text(parser.literal(text)))
        case .variableBegin:
          parser.advance()
          result.append(.output(try parser.tuple()))
          try parser.expect(.variableEnd)
        case .blockBegin:
          parser.advance()
          if case .name(let name) = parser.token.kind, ends.contains(name) { return result }
          result += try parser.statement(within: ends)
          try parser.expect(.blockEnd)
        case .end where ends.isEmpty: return result
        default:
          throw parser.failure(
            "the template ends where \(ends.map { "{% \($0) %}" }.joined(separator: " or ")) should stand",
            remedy: "close the block")
        }
      }
    }
  }

  /// The body of a block: the end of its tag, then statements up to one of `ends`, whose name is taken.
  private mutating func body(until ends: String...) throws(LMError) -> (
    body: [TemplateStatement], end: String
  ) {
    _ = skip(.colon)
    try expect(.blockEnd)
    let body = try statements(until: ends)
    return (body, try expectName())
  }

  private mutating func statement(within ends: [String]) throws(LMError) -> [TemplateStatement] {
    let line = line
    let name = try expectName()
    switch name {
    case "if": return [try branch()]
    case "for": return [try loop(line)]
    case "set": return [try assignment(line)]
    case "macro": return [try macro(line)]
    case "call": return [try callBlock(line)]
    case "filter": return [try filterBlock()]
    case "with": return [try with(line)]
    case "print": return try printed()
    case "generation":
      return [
        .generation(
          try hard(isFunction: true) { p throws(LMError) in
            try p.body(until: "endgeneration").body
          })
      ]
    case "break", "continue":
      guard loopDepth > 0 else { throw failure("{% \(name) %} stands outside a loop", line: line) }
      return [name == "break" ? .leaveLoop : .nextIteration]
    case "include", "import", "from", "extends", "block", "autoescape":
      throw failure(
        "{% \(name) %} is not available to chat templates", remedy: "write what it stands for", line: line)
    default:
      let open = ends.isEmpty ? "" : ", while {% \(ends.joined(separator: " %} or {% ")) %} is missing"
      throw failure("{% \(name) %} is unknown here\(open)", line: line)
    }
  }

  private mutating func branch() throws(LMError) -> TemplateStatement {
    let wasSoft = isSoft
    isSoft = true
    defer { isSoft = wasSoft }
    var branches: [(test: TemplateExpression, body: [TemplateStatement])] = []
    while true {
      let test = try tuple(allowsConditional: false)
      let (body, end) = try body(until: "elif", "else", "endif")
      branches.append((test, body))
      switch end {
      case "elif": continue
      case "else": return .branch(branches, otherwise: try self.body(until: "endif").body)
      default: return .branch(branches, otherwise: [])
      }
    }
  }

  private mutating func loop(_ line: Int) throws(LMError) -> TemplateStatement {
    let assignments = assignmentsToLoop.count
    let target = try target(until: "in")
    try expect("in")
    let source = try tuple(allowsConditional: false, endsAt: "recursive")
    let test = skip("if") ? try hard { p throws(LMError) in try p.expression() } : nil
    let isRecursive = skip("recursive")
    loopDepth += 1
    let parsed = Result { () throws(LMError) in
      try hard { p throws(LMError) in try p.body(until: "endfor", "else") }
    }
    loopDepth -= 1
    let (body, end) = try parsed.get()
    var otherwise: [TemplateStatement] = []
    if end == "else" { otherwise = try hard { p throws(LMError) in try p.body(until: "endfor").body } }
    if assignmentsToLoop.count > assignments {
      throw failure("'loop' cannot be assigned to in a loop", remedy: "use another name", line: line)
    }
    return .loop(
      TemplateLoop(
        target: target, source: source, test: test, isRecursive: isRecursive, body: body,
        otherwise: otherwise, line: line))
  }

  private mutating func assignment(_ line: Int) throws(LMError) -> TemplateStatement {
    let target = try target(allowsAttributes: true)
    if skip(.assign) { return .set(target, try tuple(), line: line) }
    let (filter, body) = try hard { p throws(LMError) in
      (try p.filters(on: nil, line), try p.body(until: "endset").body)
    }
    return .setBlock(target, filter: filter, body, line: line)
  }

  private mutating func macro(_ line: Int) throws(LMError) -> TemplateStatement {
    let name = name(try assignableName())
    return .macro(
      try hard(isFunction: true) { p throws(LMError) in
        let parameters = try p.signature()
        return try p.definition(name, parameters, until: "endmacro", line)
      })
  }

  private mutating func callBlock(_ line: Int) throws(LMError) -> TemplateStatement {
    let parameters = isAt(.leftParenthesis) ? try hard { p throws(LMError) in try p.signature() } : []
    guard case .call(let callee, let arguments) = try expression().kind else {
      throw failure("a call should stand in {% call %}", line: line)
    }
    let body = try hard(isFunction: true) { p throws(LMError) in
      try p.definition(nil, parameters, until: "endcall", line)
    }
    return .call(callee, arguments, body, line: line)
  }

  private mutating func definition(
    _ name: TemplateName?, _ parameters: [(name: TemplateName, fallback: TemplateExpression?)],
    until end: String, _ line: Int
  ) throws(LMError) -> TemplateMacroDefinition {
    special.append([:])
    let parsed = Result { () throws(LMError) in try body(until: end).body }
    var wanted = special.removeLast()
    let statements = try parsed.get()
    for (parameter, used) in wanted {
      for index in special.indices { special[index][parameter] = used }
      guard let place = parameters.firstIndex(where: { $0.name.text == parameter.rawValue }) else { continue }
      if parameter == .caller, parameters[place].fallback == nil {
        throw failure("the parameter 'caller' needs a default", remedy: "leave it out", line: line)
      }
      if parameter != .caller { wanted[parameter] = nil }
    }
    return TemplateMacroDefinition(
      name: name, parameters: parameters, special: wanted, body: statements, line: line)
  }

  private mutating func signature() throws(LMError) -> [(name: TemplateName, fallback: TemplateExpression?)] {
    var result: [(name: TemplateName, fallback: TemplateExpression?)] = []
    try expect(.leftParenthesis)
    while !isAt(.rightParenthesis) {
      if !result.isEmpty { try expect(.comma) }
      let parameter = name(try assignableName())
      guard result.count < Self.parameterLimit else { throw tooManyParameters() }
      if result.contains(where: { $0.name.id == parameter.id }) {
        throw failure("the parameter '\(parameter.text)' stands twice")
      }
      if skip(.assign) {
        result.append((parameter, try expression()))
      } else if result.last?.fallback != nil {
        throw failure("a parameter without a default stands behind one with a default")
      } else {
        result.append((parameter, nil))
      }
    }
    try expect(.rightParenthesis)
    return result
  }

  private mutating func filterBlock() throws(LMError) -> TemplateStatement {
    try hard { p throws(LMError) in
      let line = p.line
      guard let filter = try p.filters(on: nil, line, startsInside: true) else {
        throw p.unexpected("a filter")
      }
      return .filter(filter, try p.body(until: "endfilter").body)
    }
  }

  private mutating func with(_ line: Int) throws(LMError) -> TemplateStatement {
    var bindings: [(TemplateTarget, TemplateExpression)] = []
    while token.kind != .blockEnd {
      if !bindings.isEmpty { try expect(.comma) }
      let target = try target(until: nil)
      try expect(.assign)
      bindings.append((target, try expression()))
    }
    let body = try hard { p throws(LMError) in try p.body(until: "endwith").body }
    return .with(bindings, body, line: line)
  }

  private mutating func printed() throws(LMError) -> [TemplateStatement] {
    var result: [TemplateStatement] = []
    while token.kind != .blockEnd {
      if !result.isEmpty { try expect(.comma) }
      result.append(.output(try expression()))
    }
    return result
  }
}
