import LMRuntime

extension TemplateEvaluator {
  /// How a row of statements ended.
  enum Ending { case complete, leaveLoop, nextIteration }

  /// Runs statements one after the other.
  func execute(_ statements: [TemplateStatement]) throws(LMError) -> Ending {
    for statement in statements {
      let ending = try deeper { () throws(LMError) in try execute(statement) }
      if ending != .complete { return ending }
    }
    return .complete
  }

  private func execute(_ statement: TemplateStatement) throws(LMError) -> Ending {
    switch statement {
    case .text(let text): try write(text)
    case .output(let expression): try write(text(try evaluate(expression)))
    case .set(let target, let expression, let line):
      try checkNamespaces(of: target, line)
      let value = try evaluate(expression)
      self.line = line
      try assign(value, to: target)
    case .setBlock(let target, let filter, let body, let line):
      let (captured, ending) = try captured(body, filter)
      guard ending == .complete else { return ending }
      self.line = line
      try checkNamespaces(of: target, line)
      try assign(captured, to: target)
    case .branch(let branches, let otherwise):
      for (test, body) in branches where try evaluate(test).isTrue { return try execute(body) }
      return try execute(otherwise)
    case .loop(let loop): try run(loop, over: try evaluate(loop.source), level: 0)
    case .macro(let definition):
      keep(scope)
      if let name = definition.name { scope[name.id] = .macro(TemplateMacro(definition, scope)) }
    case .call(let callee, let arguments, let body, let line):
      keep(scope)
      let caller = TemplateValue.macro(TemplateMacro(body, scope))
      let result = try call(callee, arguments, caller: caller, line)
      try write(text(result))
    case .filter(let filter, let body):
      let (result, ending) = try captured(body, filter)
      guard ending == .complete else { return ending }
      try write(text(result))
    case .with(let bindings, let body, let line):
      let inner = TemplateScope(parent: scope)
      for (target, expression) in bindings {
        let value = try evaluate(expression)
        self.line = line
        try assign(value, to: target, in: inner)
      }
      return try within(inner) { () throws(LMError) in try execute(body) }
    case .generation(let body):
      return try within(TemplateScope(parent: scope)) { () throws(LMError) in try execute(body) }
    case .leaveLoop: return .leaveLoop
    case .nextIteration: return .nextIteration
    }
    return .complete
  }

  /// Appends to the output.
  func write(_ text: MarkedText) throws(LMError) {
    guard text.count <= limits.output - output.count else {
      throw failure(
        "the template writes more than \(limits.output) characters",
        remedy: "shorten the chat; code may raise ChatTemplate.Limits.output")
    }
    try allocate(text.count)
    output.append(text)
  }

  /// Runs `body` with another scope, which it takes apart afterwards.
  func within<Result>(
    _ inner: TemplateScope, _ body: () throws(LMError) -> Result
  ) throws(LMError) -> Result {
    let outer = scope
    scope = inner
    defer {
      scope = outer
      if !inner.isKept { inner.clear() }
    }
    return try body()
  }

  /// Runs `body` and returns what it wrote.
  func capturing<Result>(
    _ body: () throws(LMError) -> Result
  ) throws(LMError) -> (text: MarkedText, result: Result) {
    let outer = output
    output = MarkedText()
    defer { output = outer }
    let result = try body()
    return (output, result)
  }

  private func captured(
    _ body: [TemplateStatement], _ filter: TemplateExpression?
  ) throws(LMError) -> (TemplateValue, Ending) {
    try within(TemplateScope(parent: scope)) { () throws(LMError) in
      let (text, ending) = try capturing { () throws(LMError) in try execute(body) }
      guard let filter, ending == .complete else { return (.text(text), ending) }
      let outer = capture
      capture = .text(text)
      defer { capture = outer }
      return (try evaluate(filter), ending)
    }
  }

  // MARK: - Assignment

  /// Assigns in the innermost scope; attributes only of namespaces.
  func assign(_ value: TemplateValue, to target: TemplateTarget, in scope: TemplateScope? = nil)
    throws(LMError)
  {
    switch target {
    case .name(let name): (scope ?? self.scope)[name.id] = value
    case .attribute(let name, let attribute):
      guard case .namespace(let namespace) = try self.namespace(name) else { return }
      try set(attribute, of: namespace, to: value)
    case .tuple(let targets):
      let values = try elements(try unpackable(value))
      guard values.count == targets.count else {
        throw failure("\(values.count) values cannot be unpacked into \(targets.count) names")
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target, in: scope) }
    }
  }

  private func unpackable(_ value: TemplateValue) throws(LMError) -> TemplateIterator {
    do { return try iterator(value) } catch { throw unsuitable(value, for: "unpacking into names") }
  }

  /// Sets an attribute of a namespace.
  func set(
    _ attribute: MarkedText, of namespace: TemplateNamespace, to value: TemplateValue
  ) throws(LMError) {
    guard attribute.count == 0 || attribute[0] != "_" else {
      throw failure(
        "a namespace cannot have the attribute '\(attribute.string)'",
        remedy: "use a name that does not start with an underscore")
    }
    try allocate(namespace[attribute] == nil ? 32 : 0)
    try step(namespace.attributes.count >> 4)
    namespace[attribute] = value
  }

  private func checkNamespaces(of target: TemplateTarget, _ line: Int) throws(LMError) {
    switch target {
    case .name: break
    case .attribute(let name, _):
      self.line = line
      _ = try namespace(name)
    case .tuple(let targets): for target in targets { try checkNamespaces(of: target, line) }
    }
  }

  private func namespace(_ name: TemplateName) throws(LMError) -> TemplateValue {
    guard let value = scope.find(name.id), case .namespace = value else {
      throw failure(
        "'\(name.text)' is no namespace, so it has no attributes to assign to",
        remedy: "create it with namespace(…)")
    }
    return value
  }

  // MARK: - Loops

  /// Runs a `for` statement over the elements of `value`.
  func run(_ loop: TemplateLoop, over value: TemplateValue, level: Int) throws(LMError) {
    line = loop.line
    let state = LoopState(
      try filtered(try iterator(value), loop), loop, scope, level: level)
    var isUnfinished = true
    var inner = TemplateScope(parent: scope)
    iterations: while try state.advance(self) {
      try step(4)
      if inner.isKept { inner = TemplateScope(parent: scope) }
      if let id = loopID { inner[id] = .loop(state) }
      line = loop.line
      try assign(state.current, to: loop.target, in: inner)
      let ending = try within(inner) { () throws(LMError) in try execute(loop.body) }
      // Jinja2 takes the `else` branch also where no iteration came to its end.
      if ending == .complete { isUnfinished = false }
      if ending == .leaveLoop { break iterations }
    }
    if isUnfinished {
      _ = try within(TemplateScope(parent: scope)) { () throws(LMError) in try execute(loop.otherwise) }
    }
  }

  /// The elements for which the loop's own `if` holds.
  private func filtered(_ source: TemplateIterator, _ loop: TemplateLoop) throws(LMError) -> TemplateIterator
  {
    guard let test = loop.test else { return source }
    let outer = scope
    return TemplateIterator(depth: source.depth) { evaluator throws(LMError) in
      while let value = try source.next(evaluator) {
        let inner = TemplateScope(parent: outer)
        evaluator.line = loop.line
        try evaluator.assign(value, to: loop.target, in: inner)
        let isWanted = try evaluator.within(inner) { () throws(LMError) in try evaluator.evaluate(test).isTrue
        }
        if isWanted { return value }
      }
      return nil
    }
  }
}
