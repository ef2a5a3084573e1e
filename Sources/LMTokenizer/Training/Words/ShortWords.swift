/// Distinct words of 1 … 15 bytes with their counts, in one table with open addressing, at most three quarters
/// full.
///
/// Words lie in the order of their hashes, so those of one shard are neighbours.
struct ShortWords: ~Copyable {
  private struct Entry {
    var word: ShortPiece
    var count: Int64
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var bits: Int
  /// The highest bits of a hash, which all words of a shard share, do not choose the slot.
  private let ignoredBits: Int
  /// Number of distinct words.
  private(set) var count = 0

  private static let initialBits = 10

  init(ignoredBits: Int) {
    self.ignoredBits = ignoredBits
    bits = Self.initialBits
    entries = Self.allocate(1 << Self.initialBits)
  }

  deinit { entries.deallocate() }

  /// Counts `word` as seen `times` more times.
  @inline(__always) mutating func add(_ word: ShortPiece, times: Int64) {
    let slot = slot(of: word)
    if entries[slot].word == word {
      entries[slot].count &+= times
    } else {
      insert(word, times, slot)
    }
  }

  @inline(never) private mutating func insert(_ word: ShortPiece, _ times: Int64, _ slot: Int) {
    entries[slot] = Entry(word: word, count: times)
    count += 1
    if count * 4 > 3 << bits { grow() }
  }

  /// The slot that holds `word`, or the free slot where it belongs.
  @inline(__always) private func slot(of word: ShortPiece) -> Int {
    let mask = 1 &<< bits &- 1
    var slot = home(word)
    while entries[slot].word != word, entries[slot].word != .vacant { slot = (slot &+ 1) & mask }
    return slot
  }

  @inline(__always) private func home(_ word: ShortPiece) -> Int {
    Int(truncatingIfNeeded: (word.hash &<< ignoredBits) &>> (64 &- bits))
  }

  private mutating func grow() {
    let old = entries
    let oldCount = 1 << bits
    bits += 1
    entries = Self.allocate(1 << bits)
    for index in 0..<oldCount where old[index].word != .vacant {
      let slot = slot(of: old[index].word)
      entries[slot] = old[index]
    }
    old.deallocate()
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Entry> {
    let memory = UnsafeMutablePointer<Entry>.allocate(capacity: count)
    memory.initialize(repeating: Entry(word: .vacant, count: 0), count: count)
    return memory
  }

  /// Forgets all words and keeps the memory.
  mutating func removeAll() {
    guard count > 0 else { return }
    entries.update(repeating: Entry(word: .vacant, count: 0), count: 1 << bits)
    count = 0
  }

  /// Calls `body` with every word, whose bytes it must not keep, and its count.
  func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int64) -> Void) {
    for slot in 0..<1 << bits where entries[slot].word != .vacant {
      // The first bytes of a ShortPiece in memory are those of the word.
      let bytes = UnsafeRawPointer(entries + slot).assumingMemoryBound(to: UInt8.self)
      body(UnsafeBufferPointer(start: bytes, count: entries[slot].word.length), entries[slot].count)
    }
  }

  /// Calls `body` with every word whose hash starts with the `shardBits` bits `shard`. For a table that ignores
  /// no bits.
  func forEach(inShard shard: Int, _ shardBits: Int, _ body: (ShortPiece, Int64) -> Void) {
    let size = 1 << bits
    let end = (shard + 1) << (bits - shardBits)
    var slot = shard << (bits - shardBits)
    // Words that found their place taken lie behind the shard's own slots.
    while slot < end || entries[slot & (size - 1)].word != .vacant {
      let entry = entries[slot & (size - 1)]
      if entry.word != .vacant, Int(entry.word.hash >> UInt64(64 - shardBits)) == shard {
        body(entry.word, entry.count)
      }
      slot += 1
    }
  }
}

extension ShortPiece {
  /// Number of bytes.
  var length: Int { Int(truncatingIfNeeded: high >> 56) }
}
