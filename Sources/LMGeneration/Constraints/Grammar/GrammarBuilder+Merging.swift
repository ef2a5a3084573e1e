extension GrammarBuilder {
  /// Merges states from which the same edges lead to the same states, as copies of loops and ends do, so that
  /// fewer masks are computed. What they read stays the same.
  ///
  /// Later states are ends more often than earlier ones: going backwards, a few passes find nearly all.
  /// - Returns: The states that are left, and the first of every rule.
  func merged() -> (states: [State], starts: [Int32]) {
    var representative = (0..<Int32(states.count)).map { $0 }
    var canonical = states
    for _ in 0..<4 {
      var known: [State: Int32] = [:]
      var isChanged = false
      for index in canonical.indices.reversed() where representative[index] == Int32(index) {
        canonical[index].redirect(representative)
        if let equal = known[canonical[index]] {
          representative[index] = equal
          isChanged = true
        } else {
          known[canonical[index]] = Int32(index)
        }
      }
      for index in representative.indices {
        representative[index] = representative[Int(representative[index])]
      }
      if !isChanged { break }
    }
    for index in canonical.indices { canonical[index].redirect(representative) }
    return compacted(canonical, starts.map { representative[Int($0)] })
  }

  /// Leaves out states that no rule reaches.
  private func compacted(_ states: [State], _ starts: [Int32]) -> (states: [State], starts: [Int32]) {
    var numbers = [Int32](repeating: -1, count: states.count)
    var order: [Int32] = []
    func visit(_ state: Int32) {
      guard numbers[Int(state)] < 0 else { return }
      numbers[Int(state)] = Int32(order.count)
      order.append(state)
    }
    starts.forEach(visit)
    var next = 0
    while next < order.count {
      let state = states[Int(order[next])]
      for edge in state.bytes { visit(edge.target) }
      for edge in state.calls { visit(edge.target) }
      next += 1
    }
    let kept = order.map { number -> State in
      var state = states[Int(number)]
      state.redirect(numbers)
      return state
    }
    return (kept, starts.map { numbers[Int($0)] })
  }
}

extension GrammarBuilder.State {
  /// Leads every edge to the new number of its target; sorted, without repeats, ranges that touch as one.
  fileprivate mutating func redirect(_ numbers: [Int32]) {
    for index in bytes.indices { bytes[index].target = numbers[Int(bytes[index].target)] }
    for index in calls.indices { calls[index].target = numbers[Int(calls[index].target)] }
    if calls.count > 1 { calls = Set(calls).sorted() }
    guard bytes.count > 1 else { return }
    bytes.sort()
    var joined: [GrammarBuilder.ByteEdge] = []
    for edge in bytes {
      if let last = joined.last, last.target == edge.target, Int(edge.low) <= Int(last.high) + 1 {
        joined[joined.count - 1].high = max(last.high, edge.high)
      } else {
        joined.append(edge)
      }
    }
    bytes = joined
  }
}
