import LMRuntime

/// A grammar as a recursive automaton over bytes, without empty edges: each rule has a first state; from a
/// state an edge reads a byte, or calls a rule and goes on behind it.
///
/// Every state can still reach the end of its rule, so a text that the automaton can read is the beginning of
/// a text of the language. No rule begins with itself.
struct GrammarAutomaton: Sendable {
  typealias State = GrammarBuilder.State

  /// All states.
  let states: [State]
  /// The first state of each rule.
  let starts: [Int32]
  /// The rule of whole texts.
  let root: Int
  /// Rules that may be the empty text.
  let isNullable: [Bool]
  /// Position of each rule in an order where callers at their beginning come before what they call.
  let rank: [Int32]
  /// Class of each byte: bytes of one class are on the same edges. Classes are ranges, in ascending order.
  let byteClasses: [UInt8]
  /// Number of classes.
  let classCount: Int

  /// Compiles `grammar`.
  /// - Throws: ``LMError`` where a rule begins with itself, the language is empty, or there are too many states.
  init(_ grammar: GrammarRules) throws(LMError) {
    let built = try GrammarBuilder(grammar).merged()
    starts = built.starts
    root = grammar.root
    let nullable = GrammarReachability(built.states, starts, usesBytes: false)
    isNullable = nullable.rules
    rank = try LeftCorners(built.states, starts, isNullable).order(grammar)
    let productive = GrammarReachability(built.states, starts, usesBytes: true)
    guard productive.rules[grammar.root] else {
      let rule = grammar.rules[grammar.root]
      throw LMError(
        at: "\(grammar.place), \(rule.location)", "no text at all fits the rule \"\(rule.name)\"",
        remedy: "give every rule that calls itself an alternative that ends, and remove empty classes")
    }
    states = built.states.map { state in
      var kept = state
      kept.bytes.removeAll { !productive.states[Int($0.target)] }
      kept.calls.removeAll { !productive.rules[Int($0.rule)] || !productive.states[Int($0.target)] }
      return kept
    }
    (byteClasses, classCount) = Self.classes(of: states)
  }

  private static func classes(of states: [State]) -> ([UInt8], Int) {
    var isBoundary = [Bool](repeating: false, count: 257)
    for edge in states.lazy.flatMap(\.bytes) {
      isBoundary[Int(edge.low)] = true
      isBoundary[Int(edge.high) + 1] = true
    }
    var classes: [UInt8] = [0]
    for byte in 1..<256 { classes.append(classes[byte - 1] + (isBoundary[byte] ? 1 : 0)) }
    return (classes, Int(classes[255]) + 1)
  }
}
