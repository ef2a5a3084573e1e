import LMRuntime

/// A macro together with the scope that it was defined in.
final class TemplateMacro {
  let definition: TemplateMacroDefinition
  let scope: TemplateScope

  init(_ definition: TemplateMacroDefinition, _ scope: TemplateScope) {
    self.definition = definition
    self.scope = scope
  }

  var description: String { definition.name.map { "'\($0.text)'" } ?? "anonymous" }

  /// What a template can ask a macro.
  func attribute(_ name: String) -> TemplateValue? {
    switch name {
    case "name": definition.name.map { .text(MarkedText($0.text)) } ?? TemplateValue.null
    case "arguments":
      .tuple(TemplateList(definition.parameters.map { .text(MarkedText($0.name.text)) }))
    case "catch_kwargs": .bool(definition.special[.kwargs] != nil)
    case "catch_varargs": .bool(definition.special[.varargs] != nil)
    case "caller": .bool(definition.special[.caller] != nil)
    default: nil
    }
  }
}

extension TemplateEvaluator {
  /// The text that a macro writes.
  func call(_ macro: TemplateMacro, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue {
    guard callDepth < limits.callDepth else {
      throw failure(
        "more than \(limits.callDepth) calls of macros are inside each other",
        remedy: "flatten the data; code may raise ChatTemplate.Limits.callDepth")
    }
    callDepth += 1
    defer { callDepth -= 1 }
    let inner = TemplateScope(parent: macro.scope)
    return try within(inner) { () throws(LMError) in
      let (text, _) = try capturing { () throws(LMError) in
        try bind(arguments, of: macro)
        return try execute(macro.definition.body)
      }
      return .text(text)
    }
  }

  /// Gives the parameters of a macro their values in the current scope, then defaults to those without.
  private func bind(_ arguments: TemplateArguments, of macro: TemplateMacro) throws(LMError) {
    let definition = macro.definition
    var named = arguments.named
    func take(_ name: String) -> TemplateValue? {
      guard let place = named.firstIndex(where: { $0.name == name }) else { return nil }
      return named.remove(at: place).value
    }
    let given = definition.parameters.count
    var missing: [(name: TemplateName, fallback: TemplateExpression?)] = []
    for (position, parameter) in definition.parameters.enumerated() {
      if position < arguments.positional.count {
        scope[parameter.name.id] = arguments.positional[position]
      } else if let value = take(parameter.name.text) {
        scope[parameter.name.id] = value
      } else {
        missing.append(parameter)
      }
    }
    if let caller = definition.special[.caller],
      !definition.parameters.contains(where: { $0.name.id == caller.id })
    {
      scope[caller.id] = take("caller") ?? .undefined(.other("No caller defined"))
    }
    if let rest = definition.special[.kwargs] {
      scope[rest.id] = .mapping(try mapping(named.map { (.text(MarkedText($0.name)), $0.value) }))
    } else if let (name, _) = named.first {
      throw failure("the macro \(macro.description) has no parameter '\(name)'")
    }
    let extra = arguments.positional.dropFirst(given)
    if let rest = definition.special[.varargs] {
      scope[rest.id] = .tuple(try list(Array(extra)))
    } else if !extra.isEmpty {
      throw failure(
        "the macro \(macro.description) takes \(given) arguments, not \(arguments.positional.count)")
    }
    for (name, _) in missing {
      scope[name.id] = .undefined(.other("parameter '\(name.text)' was not provided"))
    }
    for (name, fallback) in missing { if let fallback { scope[name.id] = try evaluate(fallback) } }
  }
}
