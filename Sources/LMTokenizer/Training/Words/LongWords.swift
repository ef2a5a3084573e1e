/// Distinct words of any length with their counts: the bytes one after the other in one block, and an
/// open-addressing table of words.
struct LongWords: ~Copyable {
  private var bytes: [UInt8] = []
  /// Where each word ends in `bytes`.
  private var ends: [Int] = []
  private var counts: [Int64] = []
  /// Hash and word of every slot; word -1 marks a free one.
  private var slots = Array(repeating: Slot(hash: 0, word: -1), count: 1 << 8)

  private struct Slot {
    var hash: UInt32
    var word: Int32
  }

  /// Number of distinct words.
  var count: Int { counts.count }

  /// Counts `word`, whose hash is `hash`, as seen `times` more times.
  mutating func add(_ word: UnsafeBufferPointer<UInt8>, _ hash: UInt64, times: Int64) {
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[index].word >= 0 {
      if slots[index].hash == tag, isEqual(Int(slots[index].word), word) {
        counts[Int(slots[index].word)] += times
        return
      }
      index = (index &+ 1) & (slots.count - 1)
    }
    slots[index] = Slot(hash: tag, word: Int32(counts.count))
    bytes.append(contentsOf: word)
    ends.append(bytes.count)
    counts.append(times)
    if counts.count * 2 > slots.count { grow() }
  }

  private func range(_ word: Int) -> Range<Int> { (word == 0 ? 0 : ends[word - 1])..<ends[word] }

  private func isEqual(_ known: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = range(known)
    guard range.count == word.count else { return false }
    return bytes.withUnsafeBufferPointer { ByteHash.areEqual(UnsafeBufferPointer(rebasing: $0[range]), word) }
  }

  /// The lowest bits of a hash choose the slot, and only the highest are kept, so all are computed again.
  private mutating func grow() {
    slots = Array(repeating: Slot(hash: 0, word: -1), count: slots.count * 2)
    bytes.withUnsafeBufferPointer { bytes in
      for word in counts.indices {
        let hash = ByteHash.hash(UnsafeBufferPointer(rebasing: bytes[range(word)]))
        var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[index].word >= 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = Slot(hash: UInt32(truncatingIfNeeded: hash >> 32), word: Int32(word))
      }
    }
  }

  /// Forgets all words and keeps the memory.
  mutating func removeAll() {
    guard count > 0 else { return }
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
    for index in slots.indices { slots[index].word = -1 }
  }

  /// Calls `body` with every word and its count.
  func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int64) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      for word in counts.indices { body(UnsafeBufferPointer(rebasing: bytes[range(word)]), counts[word]) }
    }
  }

  /// Calls `body` with every word whose hash starts with the `shardBits` bits `shard`.
  func forEach(inShard shard: Int, _ shardBits: Int, _ body: (UnsafeBufferPointer<UInt8>, Int64) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      for slot in slots where slot.word >= 0 && Int(slot.hash >> UInt32(32 - shardBits)) == shard {
        let word = Int(slot.word)
        body(UnsafeBufferPointer(rebasing: bytes[range(word)]), counts[word])
      }
    }
  }
}
