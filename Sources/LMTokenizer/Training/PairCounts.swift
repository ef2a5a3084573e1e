/// Pair of tokens → how often it occurs, with what one merge step needs to collect the words of new pairs.
struct PairCounts: ~Copyable {
  /// One pair.
  struct Entry {
    /// `left << 32 | right`; orders pairs as Hugging Face's trainer does.
    var key: UInt64
    var count: Int64
    /// The step that last met the pair as a new one, and the pair's number in that step.
    var step: Int32
    var number: Int32
  }

  private static let empty = UInt64.max
  private var entries: UnsafeMutablePointer<Entry>
  private var bits = 16
  private var used = 0

  init() { entries = Self.allocate(1 << 16) }

  deinit { entries.deallocate() }

  /// The key of a pair.
  @inline(__always) static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The entry of a pair, created where it is missing; valid until the next call.
  @inline(__always) mutating func entry(_ key: UInt64) -> UnsafeMutablePointer<Entry> {
    let slot = find(key)
    if slot.pointee.key == key { return slot }
    slot.pointee = Entry(key: key, count: 0, step: -1, number: 0)
    used &+= 1
    guard used &* 2 > 1 << bits else { return slot }
    grow()
    return find(key)
  }

  /// How often a pair occurs.
  @inline(__always) func count(_ key: UInt64) -> Int64 {
    let slot = find(key)
    return slot.pointee.key == key ? slot.pointee.count : 0
  }

  @inline(__always) private func find(_ key: UInt64) -> UnsafeMutablePointer<Entry> {
    let mask = 1 &<< bits &- 1
    var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> UInt64(64 &- bits))
    while entries[index].key != key, entries[index].key != Self.empty { index = (index &+ 1) & mask }
    return entries + index
  }

  private mutating func grow() {
    let old = entries
    let oldCount = 1 << bits
    bits += 1
    entries = Self.allocate(1 << bits)
    for index in 0..<oldCount where old[index].key != Self.empty { find(old[index].key).pointee = old[index] }
    old.deallocate()
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Entry> {
    let memory = UnsafeMutablePointer<Entry>.allocate(capacity: count)
    memory.initialize(repeating: Entry(key: empty, count: 0, step: -1, number: 0), count: count)
    return memory
  }
}
