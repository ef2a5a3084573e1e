/// A statement of a template.
indirect enum TemplateStatement: Sendable {
  case text(MarkedText)
  case output(TemplateExpression)
  case set(TemplateTarget, TemplateExpression, line: Int)
  /// `{% set x %}…{% endset %}`; the filter works on the captured text.
  case setBlock(TemplateTarget, filter: TemplateExpression?, [TemplateStatement], line: Int)
  case branch([(test: TemplateExpression, body: [TemplateStatement])], otherwise: [TemplateStatement])
  case loop(TemplateLoop)
  case macro(TemplateMacroDefinition)
  /// `{% call(…) macro(…) %}…{% endcall %}`.
  case call(TemplateExpression, TemplateCallArguments, TemplateMacroDefinition, line: Int)
  case filter(TemplateExpression, [TemplateStatement])
  case with([(TemplateTarget, TemplateExpression)], [TemplateStatement], line: Int)
  /// `{% generation %}…{% endgeneration %}`: what the assistant said. It renders as its content.
  case generation([TemplateStatement])
  case leaveLoop
  case nextIteration
}

/// What a value is assigned to.
indirect enum TemplateTarget: Sendable {
  case name(TemplateName)
  /// An attribute of a namespace.
  case attribute(TemplateName, MarkedText)
  case tuple([TemplateTarget])
}

/// A `for` statement.
final class TemplateLoop: Sendable {
  let target: TemplateTarget
  let source: TemplateExpression
  let test: TemplateExpression?
  let isRecursive: Bool
  let body: [TemplateStatement]
  let otherwise: [TemplateStatement]
  let line: Int

  init(
    target: TemplateTarget, source: TemplateExpression, test: TemplateExpression?, isRecursive: Bool,
    body: [TemplateStatement], otherwise: [TemplateStatement], line: Int
  ) {
    self.target = target
    self.source = source
    self.test = test
    self.isRecursive = isRecursive
    self.body = body
    self.otherwise = otherwise
    self.line = line
  }
}

/// A macro, or the body of a `call` block.
final class TemplateMacroDefinition: Sendable {
  /// Nil for the body of a `call` block.
  let name: TemplateName?
  let parameters: [(name: TemplateName, fallback: TemplateExpression?)]
  /// Which of `caller`, `varargs` and `kwargs` the body asks for without having such a parameter.
  let special: [SpecialParameter: TemplateName]
  let body: [TemplateStatement]
  let line: Int

  enum SpecialParameter: String, CaseIterable, Sendable { case caller, varargs, kwargs }

  init(
    name: TemplateName?, parameters: [(name: TemplateName, fallback: TemplateExpression?)],
    special: [SpecialParameter: TemplateName], body: [TemplateStatement], line: Int
  ) {
    self.name = name
    self.parameters = parameters
    self.special = special
    self.body = body
    self.line = line
  }
}

/// A template that was parsed.
struct TemplateProgram: Sendable {
  let statements: [TemplateStatement]
  /// The names of variables; their places are their numbers.
  let names: [String]
  /// The literal texts, in which control tokens of the template stand.
  let literals: [MarkedText]
  /// Numbers of names that the template assigns before it reads them; see ``FirstUses``.
  let hiddenNames: Set<Int>
}
