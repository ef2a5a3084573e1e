import LMRuntime

/// Makes a ``PatternAutomaton`` of a ``PatternProgram`` by the subset construction, ahead of its use.
struct PatternAutomatonBuilder {
  /// Most states of an automaton.
  static let stateLimit = 4_096
  /// Most table entries, of 4 bytes each.
  static let entryLimit = 1 << 21
  /// Most steps of construction: below about 0.3 s.
  static let workLimit = 1 << 24

  /// What a match is.
  enum Goal {
    /// The end that a backtracking engine finds first: lower priority is dropped where a match ends.
    case preferredEnd
    /// Every position where a match ends.
    case everyEnd
  }

  private let program: PatternProgram
  private let goal: Goal
  private let symbolCount: Int
  private let columns: Int
  private let beforeClasses: [UInt8]
  /// A symbol of each class.
  private let representatives: [Int]

  private var numbers: [[UInt16]: Int] = [:]
  private var states: [[UInt16]] = []
  private var rows: [UInt32] = []
  private var work = 0
  /// Instructions that were reached in a round of ``follow(_:into:)`` and of ``transition(_:column:)``.
  private var followed: [Int]
  private var resolved: [Int]
  private var round = 0

  /// The automaton of `program`; `looks` is how many look-around results its columns tell apart.
  static func automaton(
    _ program: PatternProgram, symbols: Int, looks: Int, goal: Goal
  ) throws(LMError) -> PatternAutomaton {
    var builder = PatternAutomatonBuilder(program, symbols: symbols, looks: looks, goal: goal)
    return try builder.build()
  }

  private init(_ program: PatternProgram, symbols: Int, looks: Int, goal: Goal) {
    self.program = program
    self.goal = goal
    symbolCount = symbols
    columns = symbols << looks
    (beforeClasses, representatives) = Self.classesBefore(program, symbols)
    followed = Array(repeating: 0, count: program.instructions.count)
    resolved = followed
  }

  /// Symbols that no condition of the program tells apart when they stand before a position.
  private static func classesBefore(
    _ program: PatternProgram, _ symbols: Int
  ) -> (classes: [UInt8], representatives: [Int]) {
    var classes = Array(repeating: 0, count: symbols)
    var count = 1
    for set in program.conditions.flatMap({ $0.choices.map(\.before) }) {
      var refined = Array(repeating: -1, count: 2 * count)
      count = 0
      for symbol in 0..<symbols {
        let key = 2 * classes[symbol] + (set[symbol] ? 1 : 0)
        if refined[key] < 0 {
          refined[key] = count
          count += 1
        }
        classes[symbol] = refined[key]
      }
    }
    var representatives = Array(repeating: 0, count: count)
    for symbol in 0..<symbols { representatives[classes[symbol]] = symbol }
    return (classes.map { UInt8($0) }, representatives)
  }

  private mutating func build() throws(LMError) -> PatternAutomaton {
    _ = try row(of: [], before: 0)
    var start: [UInt16] = []
    round += 1
    _ = follow(program.entry, into: &start)
    var startRows: [Int] = []
    for before in representatives.indices { startRows.append(try row(of: start, before: before)) }
    var state = 1
    while state < states.count {
      for column in 0..<columns {
        let (next, matches) = transition(states[state], column: column)
        let row = try row(of: next, before: Int(beforeClasses[column % symbolCount]))
        rows[state * columns + column] = UInt32(row) << 1 | (matches ? 1 : 0)
        guard work <= Self.workLimit else { throw tooLarge("takes over \(Self.workLimit) steps to prepare") }
      }
      state += 1
    }
    return PatternAutomaton(
      rows: rows, startRows: startRows, beforeClasses: beforeClasses, columns: columns)
  }

  private func tooLarge(_ problem: String) -> LMError {
    LMError(at: "pattern", problem, remedy: "use smaller repetitions and fewer alternatives")
  }

  /// The row of the state with these instructions behind a character of class `before`.
  private mutating func row(of list: [UInt16], before: Int) throws(LMError) -> Int {
    let key = list.isEmpty ? [] : list + [UInt16(before)]
    if let number = numbers[key] { return number * columns }
    guard states.count < Self.stateLimit, rows.count + columns <= Self.entryLimit else {
      throw tooLarge("has over \(states.count) states when it is made deterministic")
    }
    numbers[key] = states.count
    states.append(key)
    rows += repeatElement(0, count: columns)
    return rows.count - columns
  }

  /// Appends the instructions that are reached from `start` without a character or a condition.
  ///
  /// Returns true where a match is among them and ends the search for others.
  private mutating func follow(_ start: Int, into list: inout [UInt16]) -> Bool {
    var stack = [start]
    while let current = stack.popLast() {
      work += 1
      if followed[current] == round { continue }
      followed[current] = round
      switch program.instructions[current] {
      case .split(let first, let second):
        stack.append(second)
        stack.append(first)
      case .match:
        list.append(UInt16(current))
        if goal == .preferredEnd { return true }
      case .take, .check, .look: list.append(UInt16(current))
      }
    }
    return false
  }

  /// The instructions behind the symbol of `column`, and whether a match ends before it.
  private mutating func transition(_ state: [UInt16], column: Int) -> (next: [UInt16], matches: Bool) {
    let symbol = column % symbolCount
    let looks = column / symbolCount
    let before = representatives[Int(state.last ?? 0)]
    var next: [UInt16] = []
    var matches = false
    round += 1
    var stack = state.dropLast().reversed().map { Int($0) }
    search: while let current = stack.popLast() {
      work += 1
      if resolved[current] == round { continue }
      resolved[current] = round
      switch program.instructions[current] {
      case .take(let set, let target):
        if program.sets[set][symbol], follow(target, into: &next) { break search }
      case .split(let first, let second):
        stack.append(second)
        stack.append(first)
      case .check(let condition, let target):
        if program.conditions[condition].holds(before: before, after: symbol) { stack.append(target) }
      case .look(let number, let isNegated, let target):
        if (looks >> number & 1 != 0) != isNegated { stack.append(target) }
      case .match:
        matches = true
        if goal == .preferredEnd { break search }
      }
    }
    if goal == .everyEnd { next.sort() }
    return (next, matches)
  }
}
