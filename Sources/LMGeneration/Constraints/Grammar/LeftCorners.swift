import LMRuntime

/// Which rules a rule can call before it has read a byte.
struct LeftCorners {
  private let calls: [[Int32]]

  /// Follows calls from every first state, and goes on behind those that may be empty.
  /// - Complexity: O(rules · edges) at worst, O(edges) for rules that seldom begin with empty ones.
  init(_ states: [GrammarBuilder.State], _ starts: [Int32], _ isNullable: [Bool]) {
    var visited = [Int32](repeating: -1, count: states.count)
    calls = starts.indices.map { rule in
      var called: Set<Int32> = []
      var work = [starts[rule]]
      visited[Int(starts[rule])] = Int32(rule)
      while let state = work.popLast() {
        for edge in states[Int(state)].calls {
          called.insert(edge.rule)
          guard isNullable[Int(edge.rule)], visited[Int(edge.target)] != Int32(rule) else { continue }
          visited[Int(edge.target)] = Int32(rule)
          work.append(edge.target)
        }
      }
      return called.sorted()
    }
  }

  /// The position of each rule in an order where callers come before what they call (Kahn, 1962).
  /// - Throws: ``LMError`` that shows the way round where a rule begins with itself.
  func order(_ grammar: GrammarRules) throws(LMError) -> [Int32] {
    var callers = [Int](repeating: 0, count: calls.count)
    for rule in calls.joined() { callers[Int(rule)] += 1 }
    var ready = callers.indices.filter { callers[$0] == 0 }
    var rank = [Int32](repeating: -1, count: calls.count)
    var position: Int32 = 0
    while let rule = ready.popLast() {
      rank[rule] = position
      position += 1
      for called in calls[rule] {
        callers[Int(called)] -= 1
        if callers[Int(called)] == 0 { ready.append(Int(called)) }
      }
    }
    if let rest = rank.firstIndex(of: -1) { throw cycle(from: rest, among: rank, grammar) }
    return rank
  }

  private func cycle(from rule: Int, among rank: [Int32], _ grammar: GrammarRules) -> LMError {
    // Rules without a rank call each other round or are called from such a round: going back along callers
    // without a rank must come to a rule for the second time.
    var caller = [Int](repeating: rule, count: calls.count)
    for source in calls.indices where rank[source] < 0 {
      for called in calls[source] { caller[Int(called)] = source }
    }
    var path = [rule]
    var position = [rule: 0]
    while true {
      let next = caller[path[path.count - 1]]
      if let start = position[next] {
        path = Array(path[start...].reversed())
        break
      }
      position[next] = path.count
      path.append(next)
    }
    let first = grammar.rules[path[0]]
    var names = (path + [path[0]]).map { "\"\(grammar.rules[$0].name)\"" }
    if names.count > 8 { names.replaceSubrange(4..<(names.count - 3), with: ["…"]) }
    return LMError(
      at: "\(grammar.place), \(first.location)",
      "the rule begins with itself (left recursion): \(names.joined(separator: " → "))",
      remedy: "write the repetition with * or +, as in: list ::= item (\",\" item)*")
  }
}
