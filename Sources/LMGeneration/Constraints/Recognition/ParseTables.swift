import LMRuntime

/// Where a text can stand in a grammar, and how a byte changes that.
///
/// A place is a state of ``GrammarAutomaton`` and the calls around it. The calls are a graph that all places
/// share, as in generalized LR parsing (Tomita, "Efficient Parsing for Natural Language", 1986): a frame says to
/// which states the rule returns, and to which frames from there. A configuration is all places where a text may
/// stand. Frames and configurations that are equal are the same number, so that the automaton of configurations
/// comes about as it is used: a byte at a known configuration is one look-up. Calls whose caller has nothing left
/// to read return to the caller's caller at once; recursion at the end of a rule takes no memory.
struct ParseTables: Sendable {
  /// A state in the upper half, a frame in the lower.
  typealias Place = UInt64

  /// All places where a text may stand and a byte may follow.
  struct Configuration: Hashable, Sendable {
    /// Sorted, without repeats.
    var places: [Place] = []
    /// True where the text may end: the bottom frame was left.
    var reachesEnd = false
  }

  /// The configuration where nothing fits any more.
  static let dead: Int32 = 0
  /// The frame below all others.
  static let bottom: Int32 = 0
  /// The "state" to which the bottom frame returns.
  private static let end = Int32.max

  /// Most configurations, transitions and entries that are kept, most places of one configuration, and most work
  /// of one call. The last two bound what an ambiguous grammar may take.
  static let configurationLimit = 1 << 16
  static let transitionLimit = 1 << 23
  static let entryLimit = 1 << 21
  static let placeLimit = 1 << 12
  static let workLimit = 1_000_000

  /// The grammar.
  let automaton: GrammarAutomaton
  /// All configurations; the number of one is its position.
  private(set) var configurations: [Configuration] = []
  /// Whether a byte can follow, and whether the text can end, in each configuration.
  private(set) var canContinue: [Bool] = []
  private(set) var reachesEnd: [Bool] = []
  private var numbers: [Configuration: Int32] = [:]
  /// `[configurations, classes]`, -1 where it is not known.
  private var transitions: [Int32] = []
  /// The returns of each frame: state and frame, sorted.
  private var frames: [[Place]] = []
  private var frameNumbers: [[Place]: Int32] = [:]
  /// The configuration to which each frame returns, -1 where it is not known.
  private var returns: [Int32] = []
  private var entryCount = 0
  /// What is left of ``workLimit``.
  private var workLeft = 0
  private var closure = Closure()

  /// Why a configuration was not found.
  enum Failure: Error {
    /// The tables are full: begin new ones.
    case full
    /// Too many places or too much work at once.
    case ambiguous
  }

  /// Tables that know only the beginning of a text.
  init(_ automaton: GrammarAutomaton) {
    self.automaton = automaton
    _ = intern(Configuration())
    _ = intern(frame: [Self.place(Self.end, 0)])
  }

  @inline(__always) static func place(_ state: Int32, _ frame: Int32) -> Place {
    UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: frame))
  }
  @inline(__always) static func state(_ place: Place) -> Int32 { Int32(truncatingIfNeeded: place >> 32) }
  @inline(__always) static func frame(_ place: Place) -> Int32 { Int32(truncatingIfNeeded: place) }

  /// Allows another ``workLimit`` of work.
  mutating func beginWork() { workLeft = Self.workLimit }

  /// The configuration of the empty text.
  mutating func initial() throws(Failure) -> Int32 {
    let start = automaton.starts[automaton.root]
    return try closed([Self.place(start, Self.bottom)])
  }

  /// The configuration of one state whose callers are not known: what leaves its rule reaches the end.
  mutating func isolated(_ state: Int32) -> Int32 {
    intern(Configuration(places: [Self.place(state, Self.bottom)]))
  }

  /// The configuration behind a text of the rule that `frame` surrounds.
  mutating func returned(to frame: Int32) throws(Failure) -> Int32 {
    if returns[Int(frame)] >= 0 { return returns[Int(frame)] }
    let number = try closed(frames[Int(frame)])
    returns[Int(frame)] = number
    return number
  }

  /// The configuration when a byte of `byteClass` follows.
  @inline(__always) mutating func step(_ configuration: Int32, _ byteClass: UInt8) throws(Failure) -> Int32 {
    let known = transitions[Int(configuration) * automaton.classCount + Int(byteClass)]
    return known >= 0 ? known : try computeStep(configuration, byteClass)
  }

  /// The configuration when `byte` follows.
  mutating func step(_ configuration: Int32, byte: UInt8) throws(Failure) -> Int32 {
    try step(configuration, automaton.byteClasses[Int(byte)])
  }

  private mutating func computeStep(_ configuration: Int32, _ byteClass: UInt8) throws(Failure) -> Int32 {
    var kernel: [Place] = []
    var work = 0
    for place in configurations[Int(configuration)].places {
      let edges = automaton.states[Int(Self.state(place))].bytes
      work += edges.count + 1
      for edge in edges
      where automaton.byteClasses[Int(edge.low)] <= byteClass
        && byteClass <= automaton.byteClasses[Int(edge.high)]
      {
        kernel.append(Self.place(edge.target, Self.frame(place)))
      }
    }
    try spend(work)
    let next = kernel.isEmpty ? Self.dead : try closed(kernel)
    transitions[Int(configuration) * automaton.classCount + Int(byteClass)] = next
    return next
  }

  private mutating func spend(_ work: Int) throws(Failure) {
    workLeft -= work
    if workLeft < 0 { throw .ambiguous }
  }

  // MARK: Closure

  /// What a closure needs while it is made; kept for its memory.
  private struct Closure: Sendable {
    var places: [Place] = []
    var seen: Set<Place> = []
    /// Calls that are collected until no more can come: the rank of the rule, the rule, and where it returns.
    var calls: [(rank: Int32, rule: Int32, back: Place)] = []
    var reachesEnd = false

    mutating func clear() {
      places.removeAll(keepingCapacity: true)
      seen.removeAll(keepingCapacity: true)
      calls.removeAll(keepingCapacity: true)
      reachesEnd = false
    }

    mutating func add(_ place: Place) {
      // A search through a few is faster than a hash.
      if places.count <= 16 {
        if places.contains(place) { return }
      } else {
        if seen.isEmpty { seen.formUnion(places) }
        guard seen.insert(place).inserted else { return }
      }
      places.append(place)
    }
  }

  /// The configuration of `kernel` and of all places that are reached from there without a byte.
  ///
  /// Calls of one rule become one frame with all their returns. In the order of the rules' ranks no call can
  /// come to a rule whose frame is made, because no rule begins with itself. A rule that returns without a byte
  /// is nullable, and was passed over when it was called.
  private mutating func closed(_ kernel: [Place]) throws(Failure) -> Int32 {
    closure.clear()
    for place in kernel { addPlace(place) }
    var next = 0
    while true {
      while next < closure.places.count {
        try expand(closure.places[next])
        next += 1
      }
      guard let rank = closure.calls.lazy.map(\.rank).min() else { break }
      try spend(closure.calls.count)
      var returns: [Place] = []
      var rule: Int32 = 0
      closure.calls.removeAll { call in
        guard call.rank == rank else { return false }
        returns.append(call.back)
        rule = call.rule
        return true
      }
      addPlace(Self.place(automaton.starts[Int(rule)], intern(frame: returns)))
    }
    return try finishClosure()
  }

  private mutating func addPlace(_ place: Place) {
    if Self.state(place) == Self.end { closure.reachesEnd = true } else { closure.add(place) }
  }

  private mutating func expand(_ place: Place) throws(Failure) {
    let (state, frame) = (automaton.states[Int(Self.state(place))], Self.frame(place))
    let returnCount = state.accepts ? frames[Int(frame)].count : 0
    try spend(1 + state.calls.count + returnCount)
    guard closure.places.count < 4 * Self.placeLimit else { throw .ambiguous }
    for index in 0..<returnCount { addPlace(frames[Int(frame)][index]) }
    for call in state.calls {
      let back = Self.place(call.target, frame)
      if automaton.isNullable[Int(call.rule)] { addPlace(back) }
      let target = automaton.states[Int(call.target)]
      if target.accepts, target.bytes.isEmpty, target.calls.isEmpty {
        addPlace(Self.place(automaton.starts[Int(call.rule)], frame))
      } else {
        closure.calls.append((automaton.rank[Int(call.rule)], call.rule, back))
      }
    }
  }

  /// Keeps the places from which a byte can follow, and joins the frames of those with the same state.
  private mutating func finishClosure() throws(Failure) -> Int32 {
    var places = closure.places.filter { !automaton.states[Int(Self.state($0))].bytes.isEmpty }
    places.sort()
    var joined: [Place] = []
    var index = 0
    while index < places.count {
      var last = index + 1
      while last < places.count, Self.state(places[last]) == Self.state(places[index]) { last += 1 }
      if last == index + 1 {
        joined.append(places[index])
      } else {
        var returns: [Place] = []
        for place in places[index..<last] { returns += frames[Int(Self.frame(place))] }
        try spend(returns.count)
        joined.append(Self.place(Self.state(places[index]), intern(frame: returns)))
      }
      index = last
    }
    guard joined.count <= Self.placeLimit else { throw .ambiguous }
    guard configurations.count < Self.configurationLimit, transitions.count < Self.transitionLimit,
      entryCount < Self.entryLimit
    else { throw .full }
    return intern(Configuration(places: joined, reachesEnd: closure.reachesEnd))
  }

  // MARK: Numbers

  private mutating func intern(_ configuration: Configuration) -> Int32 {
    if let known = numbers[configuration] { return known }
    let number = Int32(configurations.count)
    configurations.append(configuration)
    canContinue.append(!configuration.places.isEmpty)
    reachesEnd.append(configuration.reachesEnd)
    numbers[configuration] = number
    transitions += repeatElement(-1, count: automaton.classCount)
    entryCount += configuration.places.count
    return number
  }

  private mutating func intern(frame returns: [Place]) -> Int32 {
    let returns = returns.count > 1 ? Array(Set(returns)).sorted() : returns
    if let known = frameNumbers[returns] { return known }
    let number = Int32(frames.count)
    frames.append(returns)
    frameNumbers[returns] = number
    self.returns.append(-1)
    entryCount += returns.count
    return number
  }
}
