import LMRuntime

/// What merging a pair of adjacent tokens gives.
struct PairMerge: Sendable {
  /// Position in the order of merges: the smallest goes first.
  let rank: UInt32
  /// The token that the pair becomes.
  let id: Int32

  /// The merge that does not exist: of the highest rank.
  static let none = PairMerge(rank: PairTable.noRank, id: -1)
}

/// Pair of tokens → merge, in one flat table with open addressing, at most half full.
///
/// A slot is 8 bytes, the two tokens and the rank, so that as much of the table as possible stays in the
/// processor's cache; the token that a rank gives stands apart, unless the rank is that token. The number of
/// slots is a power of two, and a look-up that fails stops at the first empty slot.
package final class PairTable: @unchecked Sendable {
  private static let idBits: UInt64 = 21
  private static let rankBits: UInt64 = 22
  /// Tokens are below this.
  package static let idLimit = 1 << 21 - 1
  /// Ranks are below this, which is the rank of pairs that do not merge.
  static let noRank: UInt32 = 1 << 22 - 1
  /// The most merges that a table holds.
  package static let mergeLimit = Int(noRank)

  private static let empty = UInt64.max
  // Change only while the table is being made.
  private var slots: UnsafeMutablePointer<UInt64>
  private var mask: Int
  private var shift: UInt64
  private var count = 0
  /// The token of every rank; nil where the rank is the token, or several merges share a rank.
  private let results: UnsafeMutablePointer<Int32>?
  /// The merge of every pair where merges share ranks.
  private var shared: [UInt64: Int32] = [:]

  /// The token of every byte, -1 where it has none; nothing where the merges are of characters.
  let byteTokens: UnsafeMutablePointer<Int32>
  /// The ranks of merges of two single bytes, by `left << 8 | right`: what the look-ups of a new piece begin
  /// with. Text keeps to few of them, so they stay in the processor's cache when the whole table does not.
  let byteRanks: UnsafeMutablePointer<UInt32>
  /// The byte of a token of one byte.
  private let bytesOfTokens: [Int32: Int]
  /// Tokens from here on have more than one byte.
  private let firstLongToken: Int32

  /// A table without merges, with room for `capacity` of them, whose ranks are the tokens that they give.
  convenience init(capacity: Int, byteTokens: [Int32]) {
    self.init(capacity: capacity, byteTokens: byteTokens, results: nil)
  }

  /// A table of `merges`; the last of equal pairs wins, as in Hugging Face's tokenizers.
  /// - Precondition: tokens are below ``idLimit``, merges no more than ``mergeLimit``.
  convenience init(_ merges: [BPEModel.Merge], _ ranks: BPEModel.MergeRanks, byteTokens: [Int32]) {
    precondition(merges.count <= Self.mergeLimit, "PairTable: \(merges.count) merges")
    // Where the tokens rise along the list they rank the merges as their positions do.
    let areIDs = ranks == .resultID || zip(merges, merges.dropFirst()).allSatisfy { $0.result < $1.result }
    let results = areIDs ? nil : UnsafeMutablePointer<Int32>.allocate(capacity: merges.count)
    self.init(capacity: merges.count, byteTokens: byteTokens, results: results)
    for (position, merge) in merges.enumerated() {
      insert(merge, rank: areIDs ? UInt32(merge.result) : UInt32(position))
      results?[position] = merge.result
    }
  }

  /// A table of `merges` of characters, each with a rank; of equal ranks the leftmost goes first. Those that are
  /// not given are the places in the list.
  convenience init(_ merges: [BPEModel.Merge], ranks: [UInt32]?) {
    guard let ranks else {
      self.init(merges, .listOrder, byteTokens: [])
      return
    }
    // As a rule all merges of a rank give the same token.
    var tokens = [Int32](repeating: -1, count: Int(ranks.max() ?? 0) + 1)
    var isShared = false
    for (merge, rank) in zip(merges, ranks) {
      precondition(rank < Self.noRank, "PairTable: rank \(rank)")
      isShared = isShared || tokens[Int(rank)] >= 0 && tokens[Int(rank)] != merge.result
      tokens[Int(rank)] = merge.result
    }
    let results = isShared ? nil : UnsafeMutablePointer<Int32>.allocate(capacity: tokens.count)
    results?.initialize(from: tokens, count: tokens.count)
    self.init(capacity: merges.count, byteTokens: [], results: results)
    for (merge, rank) in zip(merges, ranks) {
      insert(merge, rank: rank)
      if isShared { shared[Self.key(merge.left, merge.right)] = merge.result }
    }
  }

  private init(capacity: Int, byteTokens tokens: [Int32], results: UnsafeMutablePointer<Int32>?) {
    let bits = max(4, Int.bitWidth - (capacity * 2).leadingZeroBitCount)
    slots = HugePages.allocate(1 << bits, repeating: Self.empty)
    mask = 1 << bits - 1
    shift = UInt64(64 - bits)
    self.results = results
    byteTokens = .allocate(capacity: tokens.count)
    byteTokens.initialize(from: tokens, count: tokens.count)
    let ranks = tokens.count * tokens.count
    byteRanks = .allocate(capacity: ranks)
    byteRanks.initialize(repeating: Self.noRank, count: ranks)
    firstLongToken = (tokens.max() ?? -1) + 1
    bytesOfTokens = Dictionary(tokens.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  deinit {
    HugePages.free(slots)
    byteTokens.deallocate()
    byteRanks.deallocate()
    results?.deallocate()
  }

  /// What is wrong with a vocabulary that a table cannot hold; nil where it can.
  static func problem(tokens: Int, merges: Int) -> String? {
    if tokens <= idLimit, merges <= mergeLimit { return nil }
    return "has \(tokens) tokens and \(merges) merges, more than \(idLimit) and \(mergeLimit)"
  }

  /// Refuses what a table cannot hold.
  /// - Throws: ``LMError`` at `place`.
  static func check(tokens: Int, merges: Int, at place: String) throws(LMError) {
    guard let problem = problem(tokens: tokens, merges: merges) else { return }
    throw LMError(at: place, problem, remedy: remedy)
  }

  static let remedy = "use a smaller vocabulary"

  /// The rank of merging `left` and `right`, ``noRank`` where they do not merge.
  /// - Complexity: O(1).
  @inline(__always) func rank(_ left: Int32, _ right: Int32) -> UInt32 {
    let key = Self.key(left, right)
    var index = home(key)
    while true {
      let slot = slots[index]
      if slot &>> Self.rankBits == key { return UInt32(truncatingIfNeeded: slot) & Self.noRank }
      if slot == Self.empty { return Self.noRank }
      index = (index &+ 1) & mask
    }
  }

  /// The token that a merge of `rank` gives, where merges share no ranks.
  @inline(__always) func id(_ rank: UInt32) -> Int32 {
    results.map { $0[Int(rank)] } ?? Int32(truncatingIfNeeded: rank)
  }

  /// The merge of `left` and `right`, ``PairMerge/none`` where they do not merge.
  /// - Complexity: O(1).
  @inline(__always) func merge(_ left: Int32, _ right: Int32) -> PairMerge {
    let rank = rank(left, right)
    if rank == Self.noRank { return .none }
    return PairMerge(rank: rank, id: shared.isEmpty ? id(rank) : shared[Self.key(left, right)] ?? -1)
  }

  /// Stores a merge; where the pair is known its rank is replaced.
  func insert(_ merge: BPEModel.Merge, rank: UInt32) {
    precondition(
      max(merge.left, merge.right, merge.result) < Self.idLimit && min(merge.left, merge.right) >= 0,
      "PairTable: tokens \(merge.left) and \(merge.right) to \(merge.result)")
    if count * 2 > mask { grow() }
    let key = Self.key(merge.left, merge.right)
    var index = home(key)
    while slots[index] != Self.empty, slots[index] >> Self.rankBits != key { index = (index + 1) & mask }
    if slots[index] == Self.empty { count += 1 }
    slots[index] = key << Self.rankBits | UInt64(rank)
    if merge.left < firstLongToken, merge.right < firstLongToken,
      let left = bytesOfTokens[merge.left], let right = bytesOfTokens[merge.right]
    {
      byteRanks[left << 8 | right] = rank
    }
  }

  private func grow() {
    let old = UnsafeBufferPointer(start: slots, count: mask + 1)
    slots = HugePages.allocate(2 * old.count, repeating: Self.empty)
    mask = 2 * old.count - 1
    shift -= 1
    for slot in old where slot != Self.empty {
      var index = home(slot >> Self.rankBits)
      while slots[index] != Self.empty { index = (index + 1) & mask }
      slots[index] = slot
    }
    if let base = old.baseAddress { HugePages.free(UnsafeMutablePointer(mutating: base)) }
  }

  /// A key of tokens within the limit is never that of an empty slot.
  @inline(__always) private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) &<< idBits | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always) private func home(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }
}
