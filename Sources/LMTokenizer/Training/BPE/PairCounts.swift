/// Pair of tokens → number, in one table with open addressing, at most three quarters full.
struct PairCounts: ~Copyable {
  private struct Entry {
    /// `left << 32 | right`; orders pairs as Hugging Face's trainer does.
    var key: UInt64
    var count: Int64
  }

  private static let empty = UInt64.max
  private static let initialBits = 12
  private var entries: UnsafeMutablePointer<Entry>
  private var bits = initialBits
  /// Number of pairs.
  private(set) var count = 0

  init() { entries = Self.allocate(1 << Self.initialBits) }

  deinit { entries.deallocate() }

  /// The key of a pair.
  @inline(__always) static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The number of a pair, 0 where there is none.
  @inline(__always) subscript(key: UInt64) -> Int64 {
    let slot = find(key)
    return slot.pointee.key == key ? slot.pointee.count : 0
  }

  /// The number of a pair, which is 0 before it is first asked for; valid until the next call.
  @inline(__always) mutating func number(of key: UInt64) -> UnsafeMutablePointer<Int64> {
    var slot = find(key)
    if slot.pointee.key != key { slot = insert(key, slot) }
    return UnsafeMutableRawPointer(slot).advanced(by: 8).assumingMemoryBound(to: Int64.self)
  }

  @inline(never) private mutating func insert(
    _ key: UInt64, _ slot: UnsafeMutablePointer<Entry>
  ) -> UnsafeMutablePointer<Entry> {
    var slot = slot
    if (count + 1) * 4 > 3 << bits {
      grow()
      slot = find(key)
    }
    slot.pointee = Entry(key: key, count: 0)
    count += 1
    return slot
  }

  @inline(__always) private func find(_ key: UInt64) -> UnsafeMutablePointer<Entry> {
    let mask = 1 &<< bits &- 1
    var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> UInt64(64 &- bits))
    while entries[index].key != key, entries[index].key != Self.empty { index = (index &+ 1) & mask }
    return entries + index
  }

  /// Makes room, and forgets pairs whose number is 0.
  private mutating func grow() {
    let old = entries
    let oldCount = 1 << bits
    count = (0..<oldCount).reduce(0) { $0 + (old[$1].key != Self.empty && old[$1].count != 0 ? 1 : 0) }
    if count * 2 > oldCount { bits += 1 }
    entries = Self.allocate(1 << bits)
    for index in 0..<oldCount where old[index].key != Self.empty && old[index].count != 0 {
      find(old[index].key).pointee = old[index]
    }
    old.deallocate()
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Entry> {
    let memory = UnsafeMutablePointer<Entry>.allocate(capacity: count)
    memory.initialize(repeating: Entry(key: empty, count: 0), count: count)
    return memory
  }
}
