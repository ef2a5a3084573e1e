/// What merging a pair of adjacent tokens gives.
struct PairMerge: Sendable {
  /// Position in the order of merges: the smallest goes first.
  let rank: UInt32
  /// The token that the pair becomes.
  let id: Int32

  /// The merge that does not exist: of the highest rank.
  static let none = PairMerge(rank: .max, id: -1)
}

/// Pair of tokens → merge, in one flat table with open addressing, at most half full.
///
/// The number of slots is a power of two, and a look-up that fails stops at the first empty slot.
package final class PairTable: @unchecked Sendable {
  private struct Slot {
    var key: UInt64
    var merge: PairMerge
  }

  /// No pair: ids are non-negative.
  private static let empty = UInt64.max
  private let slots: UnsafeMutablePointer<Slot>
  private let mask: Int
  private let shift: UInt64

  /// An empty table with room for `capacity` pairs.
  init(capacity: Int) {
    let bits = max(4, Int.bitWidth - (capacity * 2).leadingZeroBitCount)
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: Slot(key: Self.empty, merge: .none), count: 1 << bits)
    mask = 1 << bits - 1
    shift = UInt64(64 - bits)
  }

  deinit { slots.deallocate() }

  /// The merges of two single bytes, by `left << 8 | right`: what the look-ups of a new piece begin with.
  /// Text keeps to few of them, so they stay in the processor's cache when the whole table does not.
  func byteMerges(_ byteTokens: [Int32]) -> [PairMerge] {
    byteTokens.flatMap { left in
      byteTokens.map { right in left < 0 || right < 0 ? .none : merge(left, right) }
    }
  }

  /// The merge of `left` and `right`, ``PairMerge/none`` where they do not merge.
  /// - Complexity: O(1).
  @inline(__always) func merge(_ left: Int32, _ right: Int32) -> PairMerge {
    let key = Self.key(left, right)
    var index = home(key)
    while true {
      let slot = slots[index]
      if slot.key == key { return slot.merge }
      if slot.key == Self.empty { return .none }
      index = (index &+ 1) & mask
    }
  }

  /// Stores a pair; the last of equal pairs wins, as in Hugging Face's tokenizers.
  func insert(_ left: Int32, _ right: Int32, _ merge: PairMerge) {
    let key = Self.key(left, right)
    var index = home(key)
    while slots[index].key != Self.empty, slots[index].key != key { index = (index + 1) & mask }
    slots[index] = Slot(key: key, merge: merge)
  }

  @inline(__always) private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always) private func home(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }
}
