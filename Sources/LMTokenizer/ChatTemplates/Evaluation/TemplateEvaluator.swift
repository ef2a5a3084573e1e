import LMRuntime

/// Runs a template once.
///
/// The budgets bound time and memory: a step for every node that is visited and every 64 symbols that are
/// read, a symbol for every scalar of a text that is made (list elements count as several).
final class TemplateEvaluator {
  let program: TemplateProgram
  let limits: ChatTemplate.Limits
  /// Seconds since 1970, for `strftime_now`.
  let now: Int

  /// The line of the node that is evaluated, for errors.
  var line = 1
  var scope: TemplateScope
  /// What is written: the document, or the result of a macro or block.
  var output = MarkedText()
  /// What the filter of a block works on.
  var capture = TemplateValue.null
  /// Calls of macros that are under way.
  var callDepth = 0

  private(set) lazy var loopID = program.names.firstIndex(of: "loop")
  private var depth = 0
  private var stepsLeft: Int
  private var symbolsLeft: Int
  /// What may refer to itself, and is taken apart at the end.
  private var namespaces: [TemplateNamespace] = []
  private var scopes: [TemplateScope] = []

  init(_ program: TemplateProgram, limits: ChatTemplate.Limits, now: Int) {
    self.program = program
    self.limits = limits
    self.now = now
    scope = TemplateScope(parent: nil)
    stepsLeft = limits.steps
    symbolsLeft = limits.symbols
  }

  /// The document for variables that `values` gives by name.
  func render(_ values: (String) throws(LMError) -> TemplateValue?) throws(LMError) -> MarkedText {
    defer { release() }
    for (id, name) in program.names.enumerated() where !program.hiddenNames.contains(id) {
      if let value = try values(name) ?? BuiltinFunction(rawValue: name).map(TemplateValue.function) {
        scope[id] = value
      }
    }
    _ = try execute(program.statements)
    return output
  }

  /// Takes apart what may refer to itself.
  private func release() {
    scope.clear()
    for scope in scopes { scope.clear() }
    for namespace in namespaces { namespace.attributes = [] }
  }

  /// A namespace, which ``release()`` will take apart.
  func makeNamespace() throws(LMError) -> TemplateNamespace {
    try allocate(64)
    let result = TemplateNamespace()
    namespaces.append(result)
    return result
  }

  /// Keeps `scope` alive, for a macro that may be called later.
  func keep(_ scope: TemplateScope) {
    guard !scope.isKept else { return }
    scope.isKept = true
    scopes.append(scope)
  }

  // MARK: - Budgets

  /// Counts `count` steps.
  func step(_ count: Int = 1) throws(LMError) {
    stepsLeft -= count
    guard stepsLeft >= 0 else {
      throw failure(
        "the template takes more than \(limits.steps) steps",
        remedy: "shorten the chat or simplify the template; code may raise ChatTemplate.Limits.steps")
    }
  }

  /// Counts the reading of `count` symbols.
  func read(_ count: Int) throws(LMError) { try step(count >> 6) }

  /// Counts work on `count` symbols that takes far longer than reading them.
  func study(_ count: Int) throws(LMError) { try step(count >> 2) }

  /// Counts memory for `count` symbols before it is taken.
  func allocate(_ count: Int) throws(LMError) {
    guard count <= symbolsLeft else {
      throw failure(
        "the template makes more than \(limits.symbols) characters of text",
        remedy: "shorten the chat or simplify the template; code may raise ChatTemplate.Limits.symbols")
    }
    symbolsLeft -= count
    try read(count)
  }

  /// Levels of nodes inside each other that are evaluated: what the stack of a thread holds.
  static let depthLimit = 1_200

  /// Runs `body` one level deeper.
  @inline(__always)
  func deeper<Result>(_ body: () throws(LMError) -> Result) throws(LMError) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else {
      throw failure("the template is nested too deeply", remedy: "simplify it, or flatten the messages")
    }
    try step()
    return try body()
  }

  // MARK: - Values with budgets

  /// A list, which must not be nested too deeply.
  func list(_ items: [TemplateValue], isGroup: Bool = false) throws(LMError) -> TemplateList {
    try allocate(4 * items.count)
    let result = TemplateList(items, isGroup: isGroup)
    try check(depth: result.depth)
    return result
  }

  /// A mapping of pairs; a later value replaces an earlier one.
  func mapping(_ pairs: [(TemplateValue, TemplateValue)]) throws(LMError) -> TemplateMapping {
    try allocate(32 * pairs.count)
    let result = TemplateMapping()
    for (name, value) in pairs { result.insert(value, for: name, try key(name)) }
    try check(depth: result.depth)
    return result
  }

  /// The key for `value`.
  func key(_ value: TemplateValue) throws(LMError) -> TemplateKey {
    switch value {
    case .tuple: try step(try size(value))
    case .text(let text): try read(text.count)
    default: break
    }
    guard let key = TemplateKey(value) else {
      throw failure("a value of type \(value.typeName) cannot be a key", remedy: "use a string as key")
    }
    return key
  }

  /// Elements of nested tuples, each counted as a step.
  private func size(_ value: TemplateValue) throws(LMError) -> Int {
    if case .text(let text) = value { return 1 + text.count >> 6 }
    guard case .tuple(let list) = value else { return 1 }
    try step(list.items.count)
    var total = 1
    for item in list.items { total += try size(item) }
    return total
  }

  func check(depth: Int) throws(LMError) {
    guard depth <= TemplateValue.depthLimit else {
      throw failure("values are nested too deeply", remedy: "flatten the data")
    }
  }

  // MARK: - Errors

  /// An error at the current line.
  func failure(
    _ problem: String, remedy: String = "correct the template, or the messages that it is given"
  ) -> LMError {
    LMError(at: "chat template, line \(line)", problem, remedy: remedy)
  }

  /// The error for the use of a missing value.
  func undefined(_ absence: TemplateAbsence) -> LMError {
    failure(absence.problem, remedy: "give the template that value, or test it with `is defined`")
  }

  /// The error for a value of the wrong type; a missing one is told as such.
  func unsuitable(_ value: TemplateValue, for use: String) -> LMError {
    if case .undefined(let absence) = value { return undefined(absence) }
    return failure("a value of type \(value.typeName) is not suitable for \(use)")
  }
}
