import LMRuntime

/// Reads the tokens of a template as Jinja2's parser does.
struct TemplateParser {
  /// Levels of nesting in the source, and of operators in an expression, that are read.
  static let depthLimit = 150

  let tokens: [TemplateToken]
  var index = 0
  var depth = 0

  private(set) var names: [String] = []
  private var ids: [String: Int] = [:]
  private(set) var literals: [MarkedText] = []

  /// Filters and tests that do not exist where that is an error even if they are never used.
  var unknown: [(description: String, line: Int)] = []
  /// True inside `if`, where a filter that does not exist is an error only when it is used.
  var isSoft = false
  /// Loops around the statement that `break` and `continue` may belong to.
  var loopDepth = 0
  /// The lines where something is assigned to `loop`.
  var assignmentsToLoop: [Int] = []
  /// For each macro around the place, which special names its body asks for.
  var special: [[TemplateMacroDefinition.SpecialParameter: TemplateName]] = []

  private init(_ tokens: [TemplateToken]) { self.tokens = tokens }

  /// The program in `source`.
  /// - Throws: ``LMError`` with the line of the first fault.
  static func parse(_ source: String) throws(LMError) -> TemplateProgram {
    var parser = TemplateParser(try TemplateLexer.tokens(of: source))
    let statements = try parser.statements(until: [])
    if let (description, line) = parser.unknown.first {
      throw LMError(
        at: "chat template, line \(line)", "there is no \(description)",
        remedy: "use one that Jinja2 has, or compute the value before rendering")
    }
    return TemplateProgram(
      statements: statements, names: parser.names, literals: parser.literals,
      hiddenNames: FirstUses.assigned(in: statements))
  }

  // MARK: - Tokens

  var token: TemplateToken { tokens[index] }
  var line: Int { token.line }
  /// The token after the next.
  var following: TemplateToken { tokens[min(index + 1, tokens.count - 1)] }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  func isAt(_ symbol: TemplateToken.Symbol) -> Bool { token.kind == .symbol(symbol) }
  func isAt(_ word: String) -> Bool { token.kind == .name(word) }

  mutating func skip(_ symbol: TemplateToken.Symbol) -> Bool {
    guard isAt(symbol) else { return false }
    advance()
    return true
  }

  mutating func skip(_ word: String) -> Bool {
    guard isAt(word) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: TemplateToken.Symbol) throws(LMError) {
    guard skip(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
  }

  mutating func expect(_ word: String) throws(LMError) {
    guard skip(word) else { throw unexpected("'\(word)'") }
  }

  mutating func expect(_ kind: TemplateToken.Kind) throws(LMError) {
    guard token.kind == kind else { throw unexpected(TemplateToken(kind: kind, line: line).description) }
    advance()
  }

  mutating func expectName() throws(LMError) -> String {
    guard case .name(let name) = token.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  // MARK: - What is collected

  mutating func name(_ text: String) -> TemplateName {
    if let id = ids[text] { return TemplateName(text: text, id: id) }
    ids[text] = names.count
    names.append(text)
    return TemplateName(text: text, id: names.count - 1)
  }

  mutating func literal(_ text: MarkedText) -> MarkedText {
    literals.append(text)
    return text
  }

  /// Parses `body`, in which `if` does not excuse unknown filters, and whose loops are its own where
  /// `isFunction`.
  mutating func hard<Result>(
    isFunction: Bool = false, _ body: (inout TemplateParser) throws(LMError) -> Result
  ) throws(LMError) -> Result {
    let before = (isSoft, loopDepth)
    isSoft = false
    if isFunction { loopDepth = 0 }
    defer { (isSoft, loopDepth) = before }
    return try body(&self)
  }

  /// Parses `body` one level deeper.
  mutating func nested<Result>(
    _ body: (inout TemplateParser) throws(LMError) -> Result
  ) throws(LMError) -> Result {
    guard depth < Self.depthLimit else { throw tooDeep() }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: - Errors

  func failure(_ problem: String, remedy: String = "correct the template there", line: Int? = nil) -> LMError
  {
    LMError(at: "chat template, line \(line ?? self.line)", problem, remedy: remedy)
  }

  func unexpected(_ expected: String) -> LMError {
    failure("\(token.description) stands where \(expected) should stand")
  }

  /// Parameters of a macro, and named arguments of a call, that are read.
  static let parameterLimit = 255

  func tooManyParameters() -> LMError {
    failure("more than \(Self.parameterLimit) parameters or named arguments", remedy: "pass a mapping")
  }

  func tooDeep() -> LMError {
    failure("more than \(Self.depthLimit) levels of nesting", remedy: "simplify the template")
  }
}
