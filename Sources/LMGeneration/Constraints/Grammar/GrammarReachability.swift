/// From which states, and for which rules, the end of the rule can be reached: by any edges, or without reading
/// a byte.
struct GrammarReachability {
  /// States from which it can.
  private(set) var states: [Bool]
  /// Rules whose first state is one of them.
  private(set) var rules: [Bool]

  /// Finds the least fixed point.
  /// - Parameters:
  ///   - usesBytes: Whether edges that read a byte count.
  /// - Complexity: O(states + edges).
  init(_ automaton: [GrammarBuilder.State], _ starts: [Int32], usesBytes: Bool) {
    states = .init(repeating: false, count: automaton.count)
    rules = .init(repeating: false, count: starts.count)
    // Who waits for a state: sources of byte edges (rule -1) and of calls; and who for a rule.
    var waiting: [[(source: Int32, rule: Int32)]] = .init(repeating: [], count: automaton.count)
    var callers: [[(source: Int32, target: Int32)]] = .init(repeating: [], count: starts.count)
    var rulesByStart: [[Int]] = .init(repeating: [], count: automaton.count)
    var work: [Int32] = []
    for (rule, start) in starts.enumerated() { rulesByStart[Int(start)].append(rule) }
    for (index, state) in automaton.enumerated() {
      if state.accepts { work.append(Int32(index)) }
      if usesBytes {
        for edge in state.bytes { waiting[Int(edge.target)].append((Int32(index), -1)) }
      }
      for edge in state.calls {
        waiting[Int(edge.target)].append((Int32(index), edge.rule))
        callers[Int(edge.rule)].append((Int32(index), edge.target))
      }
    }
    while let state = work.popLast() {
      guard !states[Int(state)] else { continue }
      states[Int(state)] = true
      for (source, rule) in waiting[Int(state)] where rule < 0 || rules[Int(rule)] { work.append(source) }
      for rule in rulesByStart[Int(state)] {
        rules[rule] = true
        for (source, target) in callers[rule] where states[Int(target)] { work.append(source) }
      }
    }
  }
}
