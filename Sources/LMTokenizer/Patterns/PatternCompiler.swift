import LMRuntime

/// Turns a pattern's tree into automata: one for the pattern, one for each look-around of more than one
/// character.
///
/// A look-ahead `(?=E)` holds where E begins to match. Read backwards, those are the positions where the
/// reverse of E ends, and one pass from the end of the text finds all of them; a look-behind takes one
/// pass from its start. So look-around never reads a text more than once.
final class PatternCompiler {
  /// Most look-arounds of more than one character.
  static let lookLimit = 4

  private let alphabet: PatternAlphabet
  private var looks: [PatternMatcher.Look] = []

  /// The matcher of `node`.
  static func matcher(_ node: PatternNode) throws(LMError) -> PatternMatcher {
    var sets: Set<CodePointSet> = []
    node.forEachSet { sets.insert($0) }
    let compiler = PatternCompiler(try PatternAlphabet(sets))
    let automaton = try compiler.automaton(node, goal: .preferredEnd)
    return PatternMatcher(
      symbols: SymbolTable(compiler.alphabet), edge: Int(compiler.alphabet.edge), automaton: automaton,
      looks: compiler.looks)
  }

  private init(_ alphabet: PatternAlphabet) { self.alphabet = alphabet }

  private func automaton(
    _ node: PatternNode, goal: PatternAutomatonBuilder.Goal
  ) throws(LMError) -> PatternAutomaton {
    let program = try PatternProgram(node, alphabet) { body, isAhead throws(LMError) in
      try self.look(body, isAhead: isAhead)
    }
    return try PatternAutomatonBuilder.automaton(
      program, symbols: alphabet.count, looks: looks.count, goal: goal)
  }

  /// The number of a look-around; those inside of it have lower ones.
  private func look(_ body: PatternNode, isAhead: Bool) throws(LMError) -> Int {
    let anything = PatternNode.repeated(.set(.everything), minimum: 0, maximum: nil, isLazy: false)
    let automaton = try automaton(.sequence([anything, isAhead ? body.reversed : body]), goal: .everyEnd)
    guard looks.count < Self.lookLimit else {
      throw LMError(
        at: "pattern", "has over \(Self.lookLimit) look-arounds of more than one character",
        remedy: "use a pattern of a known tokenizer")
    }
    looks.append(PatternMatcher.Look(automaton: automaton, isAhead: isAhead))
    return looks.count - 1
  }
}
