import LMRuntime

/// The parts of JSON that schemas are made of, in the notation of grammars.
///
/// Numbers are bounded so that they are finite doubles; `\u` escapes of surrogates come in pairs. White space is
/// llama.cpp's: none, a space, or one or two line ends with an indent, for without bounds a model can write blanks
/// for ever.
struct SchemaBase {
  /// The rules of ``text``.
  let grammar: GrammarRules
  private let indices: [String: Int]

  /// The rules, for a schema that errors call `place`.
  init(place: String) throws(LMError) {
    var parser = GBNFParser(Self.text, from: place)
    let grammar = try parser.parse()
    self.grammar = grammar
    indices = Dictionary(grammar.rules.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// What the rule `name` stands for.
  func expression(_ name: String) -> GrammarRules.Expression { grammar.rules[indices[name] ?? 0].expression }

  /// A call of the rule `name`.
  func call(_ name: String) -> GrammarRules.Expression { .rule(indices[name] ?? 0) }

  private static let text = #"""
    root ::= value
    value ::= object | array | string | number | "true" | "false" | "null"
    object ::= "{" space (member (space "," space member)* space)? "}"
    member ::= string space ":" space value
    array ::= "[" space (value (space "," space value)* space)? "]"
    space ::= " "? | "\n"{1,2} [ \t]{0,20}

    # "string" has the characters in its own rule: masks of a rule do not depend on who calls it.
    string ::= "\"" ([^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" ([0-9abcefABCEF] hex{3} | [dD] [0-7] hex{2} |
        [dD] [89abAB] hex{2} "\\u" [dD] [c-fC-F] hex{2})))* "\""
    char ::= [^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" ([0-9abcefABCEF] hex{3} | [dD] [0-7] hex{2} |
        [dD] [89abAB] hex{2} "\\u" [dD] [c-fC-F] hex{2}))
    hex ::= [0-9a-fA-F]
    # Characters of keys that can be written in one way only, so that a key is not another one in disguise.
    plain ::= [^"\\\x00-\x1F] | "\\" ["\\bfnrt]

    integer ::= "-"? whole
    whole ::= "0" | [1-9] [0-9]{0,15}
    fraction ::= "." [0-9]{1,16}
    # At least one digit that is not 0.
    remainder ::= "." "0"{0,8} [1-9] [0-9]{0,8}
    zeros ::= "." "0"{1,8}
    number ::= "-"? whole fraction? ([eE] [+-]? ([0-9] [0-9]? | "1" [0-9] [0-9]))?

    date ::= year "-" (("0" [13578] | "1" [02]) "-" ("0" [1-9] | [12] [0-9] | "3" [01]) |
        ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30") | "02-" ("0" [1-9] | "1" [0-9] | "2" [0-8])) |
      leap "-02-29"
    year ::= [0-9]{4}
    leap ::= [0-9] [0-9] ("0" [48] | [2468] [048] | [13579] [26]) | ([02468] [048] | [13579] [26]) "00"
    time ::= clock (":" [0-5] [0-9]) ("." [0-9]{1,9})? ("Z" | [+-] clock)
    clock ::= ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9]
    date-time ::= date "T" time
    uuid ::= hex{8} "-" hex{4} "-" hex{4} "-" hex{4} "-" hex{12}
    """#
}
