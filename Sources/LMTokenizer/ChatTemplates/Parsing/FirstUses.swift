/// What happens first to each name at the top level of a template.
///
/// Jinja2 decides where a name is looked up before it runs the template: a name that the top level assigns
/// before it reads it is a variable of the template alone, undefined up to the assignment, even where loops,
/// macros and blocks (which are not looked into) read it earlier and the caller gives it a value. Jinja2 does
/// the same for names that only a loop, macro or block mentions; there they are looked up outside here.
struct FirstUses {
  private enum Use { case read, assigned }
  private var uses: [Int: Use] = [:]
  /// The names of `uses` in the order in which they came.
  private var order: [Int] = []

  /// The names that are assigned first.
  static func assigned(in statements: [TemplateStatement]) -> Set<Int> {
    var analysis = FirstUses()
    analysis.visit(statements)
    return Set(analysis.uses.filter { $0.value == .assigned }.keys)
  }

  private mutating func note(_ name: TemplateName, _ use: Use) {
    note(name.id, use)
  }

  private mutating func note(_ id: Int, _ use: Use) {
    guard uses[id] == nil else { return }
    uses[id] = use
    order.append(id)
  }

  private mutating func visit(_ statements: [TemplateStatement]) {
    for statement in statements { visit(statement) }
  }

  private mutating func visit(_ statement: TemplateStatement) {
    switch statement {
    case .text, .generation, .leaveLoop, .nextIteration: break
    case .output(let expression): visit(expression)
    case .set(let target, let expression, _):
      visit(expression)
      visit(target)
    case .setBlock(let target, _, _, _): visit(target)
    case .branch(let branches, let otherwise): visit(branches, otherwise)
    case .loop(let loop): visit(loop.source)
    case .macro(let definition): if let name = definition.name { note(name, .assigned) }
    case .call(let callee, let arguments, _, _): ([callee] + arguments.all).forEach { visit($0) }
    case .filter(let filter, _): visit(filter)
    case .with(let bindings, _, _): bindings.forEach { visit($0.1) }
    }
  }

  /// Names that only some of the branches assign are looked up outside.
  private mutating func visit(
    _ branches: [(test: TemplateExpression, body: [TemplateStatement])], _ otherwise: [TemplateStatement]
  ) {
    if let first = branches.first { visit(first.test) }
    var parts: [[Int: Use]] = []
    parts.append(collecting { $0.visit(branches.first?.body ?? []) })
    parts.append(collecting { for branch in branches.dropFirst() { $0.visit([branch], []) } })
    parts.append(collecting { $0.visit(otherwise) })
    for id in parts.flatMap(\.keys) {
      note(id, parts.allSatisfy { $0[id] == .assigned } ? .assigned : .read)
    }
  }

  /// The names that come first in `body`, which are forgotten again.
  private mutating func collecting(_ body: (inout FirstUses) -> Void) -> [Int: Use] {
    let known = order.count
    body(&self)
    var result: [Int: Use] = [:]
    for id in order[known...] { result[id] = uses.removeValue(forKey: id) }
    order.removeSubrange(known...)
    return result
  }

  private mutating func visit(_ target: TemplateTarget) {
    switch target {
    case .name(let name): note(name, .assigned)
    case .attribute(let name, _): note(name, .read)
    case .tuple(let targets): for target in targets { visit(target) }
    }
  }

  private mutating func visit(_ expression: TemplateExpression) {
    if case .name(let name) = expression.kind { note(name, .read) }
    for child in expression.children { visit(child) }
  }
}

extension TemplateExpression {
  /// The expressions directly inside.
  fileprivate var children: [TemplateExpression] {
    switch kind {
    case .literal, .name, .capture: []
    case .attribute(let base, _), .negative(let base), .positive(let base), .not(let base): [base]
    case .item(let base, let index): [base, index]
    case .slice(let base, let from, let to, let step): [base] + [from, to, step].compactMap { $0 }
    case .call(let base, let arguments), .filter(let base, _, _, let arguments),
      .test(let base, _, _, let arguments):
      [base] + arguments.all
    case .arithmetic(_, let left, let right), .and(let left, let right), .or(let left, let right):
      [left, right]
    case .comparison(let first, let rest): [first] + rest.map(\.1)
    case .conditional(let test, let then, let otherwise): [test, then] + [otherwise].compactMap { $0 }
    case .concatenation(let items), .list(let items), .tuple(let items): items
    case .mapping(let pairs): pairs.flatMap { [$0.0, $0.1] }
    }
  }
}
