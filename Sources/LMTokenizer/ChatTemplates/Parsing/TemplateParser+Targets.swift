import LMRuntime

extension TemplateParser {
  /// What stands before `=` or `in`: a name, an attribute of a namespace where allowed, or several of them.
  mutating func target(
    until end: String? = nil, allowsAttributes: Bool = false
  ) throws(LMError) -> TemplateTarget {
    var items: [TemplateTarget] = []
    var isTuple = false
    while !isTargetEnd(end) {
      items.append(try singleTarget(allowsAttributes))
      guard skip(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let only = items.first { return only }
    guard isTuple else { throw unexpected("a name") }
    return .tuple(items)
  }

  private func isTargetEnd(_ word: String?) -> Bool {
    switch token.kind {
    case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
    case .name(let name): name == word
    default: false
    }
  }

  private mutating func singleTarget(_ allowsAttributes: Bool) throws(LMError) -> TemplateTarget {
    if skip(.leftParenthesis) {
      let inner = try nested { p throws(LMError) in try p.target() }
      try expect(.rightParenthesis)
      return inner
    }
    if allowsAttributes, case .name(let base) = token.kind, following.kind == .symbol(.dot) {
      advance()
      advance()
      return .attribute(name(base), MarkedText(try expectName()))
    }
    return .name(name(try assignableName()))
  }

  /// A name that is no constant.
  mutating func assignableName() throws(LMError) -> String {
    let name = try expectName()
    if ["true", "false", "none", "True", "False", "None"].contains(name) {
      throw failure("'\(name)' cannot be assigned to", remedy: "use another name")
    }
    if name == "loop" { assignmentsToLoop.append(line) }
    return name
  }
}
