import LMGeneration
import LMRuntime
import Testing

/// A grammar, and the same language as the oracle has it.
struct LanguageCase: CustomTestStringConvertible, Sendable {
  let grammar: String
  let rules: @Sendable () -> Language.Rules
  let alphabet: [UInt8]
  /// Bytes of the longest sentences that are enumerated, enough to complete every beginning that is tried.
  let length: Int
  /// Bytes of the longest beginning that is tried: with a token of 3 it can be completed within ``length``.
  let longest: Int
  var testDescription: String { grammar }

  init(
    _ grammar: String, _ alphabet: String, _ length: Int, longest: Int? = nil,
    _ rules: @escaping @Sendable () -> Language.Rules
  ) {
    self.init(grammar, Array(alphabet.utf8), length, longest: longest, rules)
  }

  init(
    _ grammar: String, _ alphabet: [UInt8], _ length: Int, longest: Int? = nil,
    _ rules: @escaping @Sendable () -> Language.Rules
  ) {
    self.longest = longest ?? length / 2 - 1
    (self.grammar, self.alphabet, self.length, self.rules) = (grammar, alphabet, length, rules)
  }

  static let all: [LanguageCase] = [
    LanguageCase(#"root ::= "ab" | "abb" | "c""#, "abc", 6) {
      ["root": .either([.text("ab"), .text("abb"), .text("c")])]
    },
    LanguageCase(#"root ::= ("(" root ")")*"#, "()", 14, longest: 4) {
      ["root": .many(.all([.text("("), .named("root"), .text(")")]), 0...9)]
    },
    LanguageCase(#"root ::= "a" root "a" | "b" root "b" | "c""#, "abc", 9, longest: 1) {
      [
        "root": .either([
          .all([.text("a"), .named("root"), .text("a")]), .all([.text("b"), .named("root"), .text("b")]),
          .text("c"),
        ])
      ]
    },
    LanguageCase(#"root ::= "a" root root | "b" | "a""#, "ab", 9) {
      ["root": .either([.all([.text("a"), .named("root"), .named("root")]), .text("b"), .text("a")])]
    },
    LanguageCase("root ::= x y x\nx ::= \"a\"?\ny ::= x \"b\"* x", "abc", 8) {
      [
        "root": .all([.named("x"), .named("y"), .named("x")]), "x": .many(.text("a"), 0...1),
        "y": .all([.named("x"), .many(.text("b"), 0...9), .named("x")]),
      ]
    },
    LanguageCase("root ::= \"a\" x \"b\" | \"a\" x \"c\" | x\nx ::= \"a\" x | \"\"", "abc", 8) {
      [
        "root": .either([
          .all([.text("a"), .named("x"), .text("b")]), .all([.text("a"), .named("x"), .text("c")]),
          .named("x"),
        ]), "x": .many(.text("a"), 0...9),
      ]
    },
    LanguageCase("root ::= \"a\" | \"b\" dead | \"c\"\ndead ::= \"c\" dead | []", "abc", 5) {
      ["root": .either([.text("a"), .text("c")])]
    },
    LanguageCase(#"root ::= ("a" | "bc"){2,3} "c"?"#, "abc", 8) {
      [
        "root": .all([
          .many(.either([.text("a"), .text("bc")]), 2...3), .many(.text("c"), 0...1),
        ])
      ]
    },
    LanguageCase(#"root ::= (("a"* "b"?)* "c")+ | ("a"?){3}"#, "abc", 8) {
      [
        "root": .either([
          .many(.all([.many(.either([.text("a"), .text("b")]), 0...9), .text("c")]), 1...9),
          .many(.text("a"), 0...3),
        ])
      ]
    },
    LanguageCase(
      "root ::= list\nlist ::= item (\",\" item)*\nitem ::= \"x\" | \"[\" list? \"]\"", "x,[]", 8, longest: 1
    ) {
      [
        "root": .named("list"),
        "list": .all([.named("item"), .many(.all([.text(","), .named("item")]), 0...9)]),
        "item": .either([.text("x"), .all([.text("["), .many(.named("list"), 0...1), .text("]")])]),
      ]
    },
    // Parts of é (C3 A9), è (C3 A8) and € (E2 82 AC).
    LanguageCase(#"root ::= [è-é€]{1,2} "!""#, [0xC3, 0xA9, 0xA8, 0xE2, 0x82, 0xAC, 0x21], 7) {
      ["root": .all([.many(.either([.text("é"), .text("è"), .text("€")]), 1...2), .text("!")])]
    },
    LanguageCase(#"root ::= [^é\x00-\x7F-]{1,2}"#, [0xC3, 0xA9, 0xA8, 0x21, 0xED, 0x9F], 6, longest: 1) {
      let others = (0x80...0xBF).filter { $0 != 0xA9 }.map { UInt8($0) }
      let han: [Language] = [.text("\u{D7E9}"), .text("\u{D7E8}"), .text("\u{D7DF}")]
      return [
        "root": .many(
          .either([.all([.bytes([0xC3]), .bytes(Set(others))])] + han), 1...2)
      ]
    },
  ]
}

@Suite struct TokenConstraintTests {
  /// All texts of 1 to 3 bytes as tokens, then one that ends a text and one that stands for nothing.
  private func vocabulary(_ alphabet: [UInt8]) -> TokenVocabulary {
    let texts = Language.texts(alphabet, alphabet.count > 4 ? 2 : 3).dropFirst()
    return TokenVocabulary(count: texts.count + 2, endIDs: [Int32(texts.count)]) {
      $0 < texts.count ? texts[Int($0) + 1] : []
    }
  }

  @Test(arguments: LanguageCase.all)
  func `exactly the tokens that keep a sentence possible are allowed`(_ example: LanguageCase) throws {
    let sentences = Language.sentences(
      example.rules(), alphabet: example.alphabet, length: example.length)
    var prefixes: Set<[UInt8]> = []
    for sentence in sentences { for end in 0...sentence.count { prefixes.insert(Array(sentence[..<end])) } }
    let vocabulary = vocabulary(example.alphabet)
    let grammar = try Grammar(gbnf: example.grammar, from: "test")
    let start = try TokenConstraint(grammar, TokenTrie(vocabulary))
    for text in prefixes where text.count <= example.longest {
      var constraint = start
      for byte in text { try constraint.accept(id(of: [byte], vocabulary)) }
      #expect(constraint.text == text)
      let expected = (0..<Int32(vocabulary.count)).filter { id in
        vocabulary.endIDs.contains(id)
          ? sentences.contains(text) : !vocabulary[id].isEmpty && prefixes.contains(text + vocabulary[id])
      }
      #expect(try constraint.allowedIDs() == expected, "\(text)")
      #expect(try constraint.isComplete() == sentences.contains(text))
    }
    #expect(!prefixes.isEmpty)
  }

  private func id(of bytes: [UInt8], _ vocabulary: TokenVocabulary) throws -> Int32 {
    try #require((0..<Int32(vocabulary.count)).first { Array(vocabulary[$0]) == bytes })
  }

  private func constraint(_ grammar: String, _ tokens: [String]) throws -> TokenConstraint {
    let vocabulary = TokenVocabulary(count: tokens.count + 1, endIDs: [Int32(tokens.count)]) {
      Array(tokens[Int($0)].utf8)
    }
    return try TokenConstraint(Grammar(gbnf: grammar, from: "--grammar"), TokenTrie(vocabulary))
  }

  @Test func `scores of forbidden tokens become −∞, those beyond the vocabulary too`() throws {
    var constraint = try constraint(#"root ::= "ab" | "ac""#, ["a", "b", "ab", "abc", "ba"])
    var logits: [Float] = [1, 2, 3, 4, 5, 6, 7]
    try logits.withUnsafeMutableBufferPointer { try constraint.apply(to: $0) }
    #expect(logits == [1, -.infinity, 3] + [Float](repeating: -.infinity, count: 4))
  }

  @Test func `greedy with a constraint is the best of the allowed tokens`() throws {
    let tokens = ["a", "b", "ab", "ba", "bb", "aa", "x"]
    var settings = SamplingSettings.greedy
    settings.constraint = try constraint(#"root ::= "a" ("b" "a")* "x""#, tokens)
    var sampler = try Sampler(settings)
    var twin = try #require(settings.constraint)
    var history: [Int32] = []
    for step in 0..<40 {
      var logits = (0..<8).map { Float((step * 7 + $0 * 5) % 11) - 5 }
      let allowed = try twin.allowedIDs()
      let best = try #require(allowed.max { (logits[Int($0)], $1) < (logits[Int($1)], $0) })
      let id = try logits.withUnsafeMutableBufferPointer { try sampler.next(after: history, $0) }
      #expect(id == best, "step \(step)")
      history.append(id)
      try twin.accept(id)
      #expect(sampler.constraint == twin)
      if id == 7 { break }
    }
    #expect(history.last == 7)
    #expect(try #require(sampler.constraint).text.last == UInt8(ascii: "x"))
  }

  @Test func `copies go on each on its own`() throws {
    var first = try constraint(#"root ::= "ab" | "cd""#, ["a", "b", "c", "d"])
    var second = first
    #expect(first == second)
    try first.accept(0)
    try second.accept(2)
    #expect(first != second)
    #expect(try first.allowedIDs() == [1] && second.allowedIDs() == [3])
  }

  @Test func `a token that is not allowed is refused and changes nothing`() throws {
    var constraint = try constraint(#"root ::= "ab""#, ["a", "b", "ab"])
    for id in [1, 3, 4, -1] as [Int32] {
      #expect(throws: LMError.self) { try constraint.accept(id) }
    }
    try constraint.accept(2)
    #expect(try constraint.allowedIDs() == [3])
    try constraint.accept(3)
    #expect(try constraint.allowedIDs() == [3])
    #expect(throws: LMError.self) { try constraint.accept(0) }
  }

  @Test func `where no token fits the error says after which text`() throws {
    var constraint = try constraint(#"root ::= "aé""#, ["a", "b"])
    try constraint.accept(0)
    let error = #expect(throws: LMError.self) { try constraint.allowedIDs() }
    #expect(
      error?.description.hasPrefix("--grammar: no token of the vocabulary continues the text \"a\"") ?? false)
  }

  @Test func `a vocabulary without an end is a usage error`() throws {
    let trie = TokenTrie(TokenVocabulary(count: 1, endIDs: [5]) { _ in [97] })
    let error = #expect(throws: LMError.self) {
      _ = try TokenConstraint(Grammar(gbnf: #"root ::= "a""#, from: "--grammar"), trie)
    }
    #expect(error?.kind == .usage)
  }

  /// Three texts that together are more places than the tables hold: they begin anew, and read texts again.
  @Test func `full tables begin anew and nothing changes`() throws {
    let start = try constraint(
      #"root ::= ("[" root "]" | "(" root ")")* | "x""#, ["[", "]", "(", ")", "[[", "x"])
    func open(_ tokens: [Int32]) throws -> TokenConstraint {
      var constraint = start
      for token in tokens { try constraint.accept(token) }
      return constraint
    }
    var square = try open([Int32](repeating: 0, count: 30_000))
    var round = try open([Int32](repeating: 2, count: 30_000))
    var mixed = try open((0..<30_000).map { $0 % 2 == 0 ? 0 : 2 })
    for _ in 0..<2 {
      #expect(try square.allowedIDs() == [0, 1, 2, 4, 5])
      #expect(try round.allowedIDs() == [0, 2, 3, 4, 5])
      #expect(try mixed.allowedIDs() == [0, 2, 3, 4, 5])
      try mixed.accept(3)
      #expect(try mixed.allowedIDs() == [0, 1, 2, 4])
      try mixed.accept(2)
    }
  }

  /// What stops a text of 100 tokens, nil where nothing does.
  private static func refusal(of constraint: TokenConstraint) -> String? {
    var constraint = constraint
    for _ in 0..<100 {
      let step = Result { () throws(LMError) in
        _ = try constraint.allowedIDs()
        try constraint.accept(0)
      }
      if case .failure(let error) = step { return error.description }
    }
    return nil
  }

  /// The number of readings grows exponentially with the text; the work must not.
  @Test(arguments: [
    #"root ::= "a" root | "a" root root | "a""#, #"root ::= ("a"* "a"*)* "b" | ("a" | "aa")*"#,
    "root ::= x x x x x x\nx ::= y y y y\ny ::= \"a\"* z?\nz ::= \"a\" x | \"b\"",
  ]) func `ambiguous grammars are read or refused in bounded time`(grammar: String) throws {
    let start = ContinuousClock.now
    let refusal = Self.refusal(of: try constraint(grammar, ["a", "aa", "aaaa", "b"]))
    #expect(refusal?.contains("too many ways") ?? true)
    #expect(ContinuousClock.now - start < .seconds(20))
  }
}
