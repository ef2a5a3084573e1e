import LMRuntime

/// A pattern as a nondeterministic automaton whose branches have an order (Thompson's construction).
struct PatternProgram {
  /// Most instructions: `(a{1000}){1000}` is refused.
  static let sizeLimit = 4_096

  enum Instruction {
    /// Takes a symbol of the set.
    case take(set: Int, next: Int)
    /// Tries `first`, and `second` where that leads to no match.
    case split(first: Int, second: Int)
    /// Goes on where the condition holds.
    case check(condition: Int, next: Int)
    /// Goes on where the look-around with the number holds (or does not).
    case look(number: Int, isNegated: Bool, next: Int)
    case match
  }

  /// ``BoundaryCondition`` in symbols.
  struct Condition {
    var choices: [(before: [Bool], after: [Bool])]

    func holds(before: Int, after: Int) -> Bool { choices.contains { $0.before[before] && $0.after[after] } }
  }

  private(set) var instructions: [Instruction] = [.match]
  private(set) var sets: [[Bool]] = []
  private(set) var conditions: [Condition] = []
  /// Where to begin.
  private(set) var entry = 0

  private let alphabet: PatternAlphabet
  private var setNumbers: [CodePointSet: Int] = [:]

  /// Compiles `node`; `look` gives the number of a look-around.
  init(
    _ node: PatternNode, _ alphabet: PatternAlphabet,
    look: (PatternNode, _ isAhead: Bool) throws(LMError) -> Int
  ) throws(LMError) {
    self.alphabet = alphabet
    entry = try emit(node, next: 0, look)
  }

  /// Appends the instructions of `node` that go on at `next`; returns where they begin.
  private mutating func emit(
    _ node: PatternNode, next: Int, _ look: (PatternNode, Bool) throws(LMError) -> Int
  ) throws(LMError) -> Int {
    switch node {
    case .empty: return next
    case .set(let set): return try append(.take(set: number(of: set), next: next))
    case .sequence(let parts):
      var next = next
      for part in parts.reversed() { next = try emit(part, next: next, look) }
      return next
    case .alternatives(let parts):
      guard var entry = try parts.last.map({ part throws(LMError) in try emit(part, next: next, look) })
      else {
        return next
      }
      for part in parts.dropLast().reversed() {
        let first = try emit(part, next: next, look)
        entry = try append(.split(first: first, second: entry))
      }
      return entry
    case .repeated(let body, let minimum, let maximum, let isLazy):
      return try emitRepetition(of: body, minimum, maximum, isLazy, next: next, look)
    case .boundary(let condition): return try append(.check(condition: number(of: condition), next: next))
    case .look(let body, let isAhead, let isNegated):
      return try append(.look(number: look(body, isAhead), isNegated: isNegated, next: next))
    }
  }

  private mutating func emitRepetition(
    of body: PatternNode, _ minimum: Int, _ maximum: Int?, _ isLazy: Bool, next: Int,
    _ look: (PatternNode, Bool) throws(LMError) -> Int
  ) throws(LMError) -> Int {
    func split(_ inner: Int) -> Instruction {
      isLazy ? .split(first: next, second: inner) : .split(first: inner, second: next)
    }
    var entry = next
    if let maximum {
      for _ in minimum..<max(minimum, maximum) {
        entry = try append(split(try emit(body, next: entry, look)))
      }
    } else {
      let loop = try append(.match)
      instructions[loop] = split(try emit(body, next: loop, look))
      entry = loop
    }
    for _ in 0..<minimum { entry = try emit(body, next: entry, look) }
    return entry
  }

  private mutating func append(_ instruction: Instruction) throws(LMError) -> Int {
    guard instructions.count < Self.sizeLimit else {
      throw LMError(
        at: "pattern", "has over \(Self.sizeLimit) steps when its repetitions are written out",
        remedy: "use smaller repetitions")
    }
    instructions.append(instruction)
    return instructions.count - 1
  }

  private mutating func number(of set: CodePointSet) -> Int {
    if let number = setNumbers[set] { return number }
    sets.append(alphabet.members(of: set))
    setNumbers[set] = sets.count - 1
    return sets.count - 1
  }

  private mutating func number(of condition: BoundaryCondition) -> Int {
    var choices: [(before: [Bool], after: [Bool])] = []
    for choice in condition.choices {
      choices.append((sets[number(of: choice.before)], sets[number(of: choice.after)]))
    }
    conditions.append(Condition(choices: choices))
    return conditions.count - 1
  }
}
