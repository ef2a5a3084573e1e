/// An expression of a template.
struct TemplateExpression: Sendable {
  indirect enum Kind: Sendable {
    case literal(TemplateLiteral)
    case name(TemplateName)
    /// What a block has captured, which its filter works on.
    case capture
    case attribute(TemplateExpression, TemplateAttribute)
    case item(TemplateExpression, TemplateExpression)
    case slice(
      TemplateExpression, from: TemplateExpression?, to: TemplateExpression?, step: TemplateExpression?)
    case call(TemplateExpression, TemplateCallArguments)
    case filter(TemplateExpression, String, TemplateFilter?, TemplateCallArguments)
    case test(TemplateExpression, String, TemplateTest?, TemplateCallArguments)
    case negative(TemplateExpression)
    case positive(TemplateExpression)
    case arithmetic(ArithmeticOperator, TemplateExpression, TemplateExpression)
    case concatenation([TemplateExpression])
    /// `a < b <= c`: each neighbouring pair holds.
    case comparison(TemplateExpression, [(ComparisonOperator, TemplateExpression)])
    case and(TemplateExpression, TemplateExpression)
    case or(TemplateExpression, TemplateExpression)
    case not(TemplateExpression)
    case conditional(test: TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    case mapping([(TemplateExpression, TemplateExpression)])
  }

  let kind: Kind
  let line: Int
  /// Levels of the tree.
  let depth: Int
}

/// A value written in a template.
enum TemplateLiteral: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(MarkedText)
}

/// A variable's name and its number among the names of the template.
struct TemplateName: Sendable {
  let text: String
  let id: Int
}

/// An attribute's name, as text and as what it may mean.
struct TemplateAttribute: Sendable {
  let name: MarkedText
  let method: TemplateMethod?
  /// True for the names of Python's internals, which templates may not see.
  let isInternal: Bool

  init(_ name: MarkedText) {
    self.name = name
    let text = name.string
    method = TemplateMethod(rawValue: text)
    isInternal = text.hasPrefix("__")
  }
}

enum ArithmeticOperator: String, Sendable {
  case add = "+", subtract = "-", multiply = "*", divide = "/", floorDivide = "//", remainder = "%"
  case power = "**"
}

enum ComparisonOperator: String, Sendable {
  case equal = "==", notEqual = "!=", less = "<", atMost = "<=", greater = ">", atLeast = ">="
  case isIn = "in", isNotIn = "not in"
}

/// What stands between the parentheses of a call.
struct TemplateCallArguments: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
  /// `*list`.
  var list: TemplateExpression?
  /// `**mapping`.
  var mapping: TemplateExpression?
}
