import LMRuntime

/// Turns rules into one automaton with empty edges (Thompson, "Regular Expression Search Algorithm", 1968),
/// where an edge reads a byte or calls a rule.
struct GrammarBuilder {
  /// Reads one byte of `low`…`high`.
  struct ByteEdge: Hashable, Comparable {
    var low: UInt8
    var high: UInt8
    var target: Int32

    static func < (left: ByteEdge, right: ByteEdge) -> Bool {
      (left.target, left.low, left.high) < (right.target, right.low, right.high)
    }
  }

  /// Reads a whole text of a rule.
  struct CallEdge: Hashable, Comparable {
    var rule: Int32
    var target: Int32

    static func < (left: CallEdge, right: CallEdge) -> Bool {
      (left.rule, left.target) < (right.rule, right.target)
    }
  }

  /// One state: the edges that leave it.
  struct State: Hashable {
    var bytes: [ByteEdge] = []
    var calls: [CallEdge] = []
    var accepts = false
  }

  /// Most states, and most edges, of one grammar.
  static let stateLimit = 1 << 16
  static let edgeLimit = 1 << 19

  private(set) var states: [State] = []
  private var empties: [[Int32]] = []
  private var edgeCount = 0
  /// The first state of each rule.
  private(set) var starts: [Int32] = []
  private let grammar: GrammarRules
  private var rule = 0

  /// An automaton of `grammar` without empty edges.
  /// - Throws: ``LMError`` where it takes too many states or edges.
  init(_ grammar: GrammarRules) throws(LMError) {
    self.grammar = grammar
    for (index, rule) in grammar.rules.enumerated() {
      self.rule = index
      let (start, end) = (try newState(), try newState())
      states[Int(end)].accepts = true
      starts.append(start)
      try add(rule.expression, from: start, to: end)
    }
    try removeEmpties()
  }

  private mutating func newState() throws(LMError) -> Int32 {
    guard states.count < Self.stateLimit else { throw tooLarge() }
    states.append(State())
    empties.append([])
    return Int32(states.count - 1)
  }

  private mutating func countEdge() throws(LMError) {
    edgeCount += 1
    guard edgeCount <= Self.edgeLimit else { throw tooLarge() }
  }

  private func tooLarge() -> LMError {
    let rule = grammar.rules[rule]
    return LMError(
      at: "\(grammar.place), \(rule.location)",
      "the rule \"\(rule.name)\" needs more than \(Self.stateLimit) states or \(Self.edgeLimit) edges with those before it",
      remedy: "use smaller numbers of repetitions, or repetitions without an end")
  }

  // MARK: Construction

  private mutating func addEmpty(_ from: Int32, _ to: Int32) throws(LMError) {
    try countEdge()
    empties[Int(from)].append(to)
  }

  private mutating func addBytes(_ range: ClosedRange<UInt8>, _ from: Int32, _ to: Int32) throws(LMError) {
    try countEdge()
    states[Int(from)].bytes.append(ByteEdge(low: range.lowerBound, high: range.upperBound, target: to))
  }

  private mutating func add(
    _ expression: GrammarRules.Expression, from: Int32, to: Int32
  ) throws(LMError) {
    switch expression {
    case .text(let bytes):
      try addChain(bytes.count, from: from, to: to) { builder, index, from, to throws(LMError) in
        try builder.addBytes(bytes[index]...bytes[index], from, to)
      }
    case .characters(let set): try addCharacters(set, from: from, to: to)
    case .rule(let index):
      try countEdge()
      states[Int(from)].calls.append(CallEdge(rule: Int32(index), target: to))
    case .sequence(let parts):
      try addChain(parts.count, from: from, to: to) { builder, index, from, to throws(LMError) in
        try builder.add(parts[index], from: from, to: to)
      }
    case .choice(let alternatives):
      for alternative in alternatives { try add(alternative, from: from, to: to) }
    case .repetition(let body, let minimum, let maximum):
      try addRepetition(body, minimum, maximum, from: from, to: to)
    }
  }

  /// `count` parts one after the other, with new states between.
  private mutating func addChain(
    _ count: Int, from: Int32, to: Int32,
    _ part: (inout GrammarBuilder, Int, Int32, Int32) throws(LMError) -> Void
  ) throws(LMError) {
    guard count > 0 else { return try addEmpty(from, to) }
    var last = from
    for index in 0..<count {
      let next = index == count - 1 ? to : try newState()
      try part(&self, index, last, next)
      last = next
    }
  }

  /// The UTF-8 of the characters; sequences with equal ends share their states.
  private mutating func addCharacters(_ set: CodePointRanges, from: Int32, to: Int32) throws(LMError) {
    var shared: [[ClosedRange<UInt8>]: Int32] = [:]
    for range in set.ranges {
      for sequence in UTF8Ranges.sequences(range) {
        var target = to
        for index in sequence.indices.dropFirst().reversed() {
          let rest = Array(sequence[index...])
          if let known = shared[rest] {
            target = known
          } else {
            let state = try newState()
            try addBytes(sequence[index], state, target)
            shared[rest] = state
            target = state
          }
        }
        try addBytes(sequence[0], from, target)
      }
    }
  }

  private mutating func addRepetition(
    _ body: GrammarRules.Expression, _ minimum: Int, _ maximum: Int?, from: Int32, to: Int32
  ) throws(LMError) {
    var last = from
    for _ in 0..<minimum {
      let next = try newState()
      try add(body, from: last, to: next)
      last = next
    }
    guard let maximum else {
      let loop = try newState()
      try addEmpty(last, loop)
      try add(body, from: loop, to: loop)
      return try addEmpty(loop, to)
    }
    for _ in minimum..<maximum {
      let next = try newState()
      try addEmpty(last, to)
      try add(body, from: last, to: next)
      last = next
    }
    try addEmpty(last, to)
  }

  // MARK: Empty edges

  /// Gives every state the edges of all that it reaches by empty ones.
  private mutating func removeEmpties() throws(LMError) {
    edgeCount = 0
    var visited = [Int32](repeating: -1, count: states.count)
    var result = states
    for index in states.indices where !empties[index].isEmpty {
      var work = [Int32(index)]
      visited[index] = Int32(index)
      var state = State()
      while let next = work.popLast() {
        let reached = states[Int(next)]
        edgeCount += reached.bytes.count + reached.calls.count + 1
        guard edgeCount <= Self.edgeLimit else { throw tooLarge() }
        state.bytes += reached.bytes
        state.calls += reached.calls
        if reached.accepts { state.accepts = true }
        for target in empties[Int(next)] where visited[Int(target)] != Int32(index) {
          visited[Int(target)] = Int32(index)
          work.append(target)
        }
      }
      result[index] = state
    }
    states = result
    empties = []
  }
}
