import LMRuntime

/// A context-free grammar as it is written: named rules over characters.
struct GrammarRules: Sendable {
  /// What a rule stands for.
  indirect enum Expression: Sendable, Equatable {
    /// This text, as UTF-8.
    case text([UInt8])
    /// One character of the set.
    case characters(CodePointRanges)
    /// What the rule with this index stands for.
    case rule(Int)
    /// One after the other; empty for the empty text.
    case sequence([Expression])
    /// Any one of them; none of them for no text at all.
    case choice([Expression])
    /// So many times, without end where `maximum` is nil.
    case repetition(Expression, minimum: Int, maximum: Int?)

    /// The empty text.
    static let empty = Expression.sequence([])

    /// `text` as UTF-8.
    static func literal(_ text: String) -> Expression { .text(Array(text.utf8)) }

    /// `expression`, or nothing.
    static func optional(_ expression: Expression) -> Expression {
      .repetition(expression, minimum: 0, maximum: 1)
    }
  }

  /// One rule.
  struct Rule: Sendable {
    /// Its name, as errors call it.
    let name: String
    /// What it stands for.
    var expression: Expression
    /// Where it is written: "line 3, column 1", or a pointer into a schema.
    let location: String
  }

  /// The rules.
  var rules: [Rule] = []
  /// The rule that a whole text must be.
  var root = 0
  /// What errors call the grammar: a flag or a path.
  let place: String

  /// A grammar without rules.
  init(place: String) { self.place = place }

  /// Most rules of one grammar.
  static let ruleLimit = 20_000
  /// Most groups inside each other.
  static let depthLimit = 100

  /// Appends a rule and returns its index.
  /// - Throws: ``LMError`` where there are too many.
  mutating func append(_ name: String, _ expression: Expression = .empty, at location: String)
    throws(LMError) -> Int
  {
    guard rules.count < Self.ruleLimit else {
      throw LMError(
        at: place, "has more than \(Self.ruleLimit) rules", remedy: "use a smaller grammar or schema")
    }
    rules.append(Rule(name: name, expression: expression, location: location))
    return rules.count - 1
  }
}
