/// Which tokens may follow, for every configuration that was met.
///
/// A state's tokens are computed once, without knowing its callers (XGrammar, arXiv 2411.15100): most are
/// allowed or forbidden whoever called. Where a token goes on behind the end of the rule, only that rest is tried
/// with the callers. So a string's content costs a pass over the vocabulary once, and not once per place where a
/// string may stand.
struct MaskTables: Sendable {
  /// What is known of a state without its callers.
  private struct StateMask: Sendable {
    /// Allowed tokens where they are few, else ``mask`` has them.
    var ids: [Int32] = []
    var mask: TokenMask?
    /// Nodes of the tree where the rule may end and tokens go on.
    var exits: [Int32] = []

    var byteCount: Int { (ids.count + exits.count) * 4 + (mask?.byteCount ?? 0) + 64 }
  }

  /// Bytes of masks that are kept, of states and of configurations; beyond, all of a kind are dropped.
  static let byteLimit = 1 << 26
  /// Configurations of more places are computed in one pass over the vocabulary.
  private static let placeLimit = 8

  private let trie: TokenTrie
  /// Where texts stand.
  var tables: ParseTables
  private var states: [Int32: StateMask] = [:]
  private var stateBytes = 0
  private var masks: [Int32: TokenMask] = [:]
  private var path: [Int32]

  /// Tables that know nothing yet.
  init(_ automaton: GrammarAutomaton, _ trie: TokenTrie) {
    self.trie = trie
    tables = ParseTables(automaton)
    path = .init(repeating: 0, count: trie.depth + 1)
  }

  /// Forgets all configurations; masks of states stay.
  mutating func reset() {
    tables = ParseTables(tables.automaton)
    masks.removeAll(keepingCapacity: true)
  }

  /// The tokens whose bytes keep the text the beginning of one of the language, and the tokens that end it where
  /// it may end.
  /// - Complexity: O(1) for a configuration that was asked for before.
  mutating func mask(of configuration: Int32) throws(ParseTables.Failure) -> TokenMask {
    if let known = masks[configuration] { return known }
    let mask = try computeMask(of: configuration)
    if (masks.count + 1) * mask.byteCount > Self.byteLimit { masks.removeAll(keepingCapacity: true) }
    masks[configuration] = mask
    return mask
  }

  private mutating func computeMask(of configuration: Int32) throws(ParseTables.Failure) -> TokenMask {
    let places = tables.configurations[Int(configuration)].places
    var mask = TokenMask(count: trie.vocabulary.count)
    if tables.reachesEnd[Int(configuration)] { trie.vocabulary.endIDs.forEach { mask.insert($0) } }
    if places.count > Self.placeLimit {
      var exits: [Int32] = []
      try walk(from: configuration, below: 0, into: &mask, exits: &exits)
      return mask
    }
    for place in places {
      let state = try stateMask(of: ParseTables.state(place))
      if let known = state.mask { mask.formUnion(known) }
      for id in state.ids { mask.insert(id) }
      guard !state.exits.isEmpty else { continue }
      let outside = try tables.returned(to: ParseTables.frame(place))
      guard tables.canContinue[Int(outside)] else { continue }
      var exits: [Int32] = []
      for node in state.exits { try walk(from: outside, below: node, into: &mask, exits: &exits) }
    }
    return mask
  }

  private mutating func stateMask(of state: Int32) throws(ParseTables.Failure) -> StateMask {
    if let known = states[state] { return known }
    var mask = TokenMask(count: trie.vocabulary.count)
    var result = StateMask()
    try walk(from: tables.isolated(state), below: 0, into: &mask, exits: &result.exits)
    let count = mask.words.reduce(0) { $0 + $1.nonzeroBitCount }
    if count * 64 < trie.vocabulary.count { result.ids = mask.ids } else { result.mask = mask }
    if stateBytes + result.byteCount > Self.byteLimit {
      states.removeAll(keepingCapacity: true)
      stateBytes = 0
    }
    states[state] = result
    stateBytes += result.byteCount
    return result
  }

  /// Adds the tokens below `node` that can be read from `configuration`, which stands at that node, and the nodes
  /// where the end is reached and tokens go on.
  private mutating func walk(
    from configuration: Int32, below node: Int32, into mask: inout TokenMask, exits: inout [Int32]
  ) throws(ParseTables.Failure) {
    path[Int(trie.depths[Int(node)])] = configuration
    var index = Int(node) + 1
    let end = Int(trie.ends[Int(node)])
    while index < end {
      let depth = Int(trie.depths[index])
      let next = try tables.step(path[depth - 1], byte: trie.bytes[index])
      if next == ParseTables.dead {
        index = Int(trie.ends[index])
        continue
      }
      for token in trie.tokenStarts[index]..<trie.tokenStarts[index + 1] {
        mask.insert(trie.tokens[Int(token)])
      }
      let hasMore = index + 1 < Int(trie.ends[index])
      if hasMore, tables.reachesEnd[Int(next)] { exits.append(Int32(index)) }
      guard tables.canContinue[Int(next)] else {
        index = Int(trie.ends[index])
        continue
      }
      path[depth] = next
      index += 1
    }
  }
}
