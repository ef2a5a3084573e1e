import LMRuntime

/// The language that a generated text must belong to, compiled for ``TokenConstraint``.
///
///     let grammar = try Grammar(gbnf: #"root ::= "yes" | "no""#, from: "--grammar")
///     let schema = try Grammar(jsonSchema: JSON.parse(text, from: "--json-schema"), from: "--json-schema")
///
/// Equal only to itself and its copies.
public struct Grammar: Sendable {
  let automaton: GrammarAutomaton
  /// What errors call the grammar: a flag or a path.
  public let place: String

  /// Compiles rules.
  /// - Throws: ``LMError`` where a rule begins with itself, no text fits, or the grammar is too large.
  init(_ rules: GrammarRules) throws(LMError) {
    automaton = try GrammarAutomaton(rules)
    place = rules.place
  }

  /// Compiles a grammar in llama.cpp's notation (GBNF); a whole text is what its rule `root` stands for.
  /// - Parameters:
  ///   - text: Rules `name ::= …` of "literals", [classes], `.`, rule names, (groups), `|`, `?`, `*`, `+`,
  ///     `{m}`, `{m,}` and `{m,n}`; `#` begins a comment.
  ///   - place: What errors call the grammar.
  /// - Throws: ``LMError`` with line and column where the text is no grammar, a rule begins with itself, no
  ///   text at all fits, or it needs too many states.
  /// - Complexity: O(size), where repetitions count as often as they repeat at most.
  public init(gbnf text: String, from place: String) throws(LMError) {
    var parser = GBNFParser(text, from: place)
    try self.init(try parser.parse())
  }
}
