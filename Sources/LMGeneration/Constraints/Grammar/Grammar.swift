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

extension Grammar {
  /// Compiles a JSON schema (draft 2020-12) to the grammar of the documents that it allows.
  ///
  /// Supported: `type`, `properties`, `required`, `additionalProperties`, `minProperties` and `maxProperties`
  /// (without `properties`), `items`, `prefixItems`, `minItems`, `maxItems`, `enum`, `const`, `anyOf`, `oneOf` (as
  /// `anyOf`), `allOf` of schemas that can be joined, `$ref` inside the document, `minLength`, `maxLength`,
  /// `pattern`, `format` (date, time, date-time, uuid), bounds of integers and whole bounds of numbers. Properties
  /// stand in the order of the schema; white space is at most a space, or a line end or two with an indent.
  /// - Parameters:
  ///   - schema: The schema.
  ///   - place: What errors call it.
  /// - Throws: ``LMError`` with a pointer to a keyword that is wrong or not supported, and as ``init(gbnf:from:)``.
  public init(jsonSchema schema: JSON, from place: String) throws(LMError) {
    var compiler = try SchemaCompiler(schema, from: place)
    try self.init(try compiler.compile())
  }
}
