/// Distinct pre-tokens with their counts, in the order of their first occurrence.
struct WordTable: ~Copyable {
  private(set) var bytes: [UInt8] = []
  /// Where each word ends in `bytes`.
  private(set) var ends: [Int] = []
  /// How often each word occurs.
  private(set) var counts: [Int64] = []
  /// Hash and word of every slot; word -1 marks a free one.
  private var slots = Array(repeating: Slot(hash: 0, word: -1), count: 1 << 12)

  private struct Slot {
    var hash: UInt32
    var word: Int32
  }

  /// Number of distinct words.
  var count: Int { counts.count }

  /// The bytes of a word.
  func range(_ word: Int) -> Range<Int> { (word == 0 ? 0 : ends[word - 1])..<ends[word] }

  /// Counts `word` as seen `times` more times.
  mutating func add(_ word: UnsafeBufferPointer<UInt8>, times: Int64 = 1) {
    let hash = UInt32(truncatingIfNeeded: ByteHash.hash(word) >> 32)
    var index = Int(hash) & (slots.count - 1)
    while slots[index].word >= 0 {
      if slots[index].hash == hash, isEqual(Int(slots[index].word), word) {
        counts[Int(slots[index].word)] += times
        return
      }
      index = (index &+ 1) & (slots.count - 1)
    }
    slots[index] = Slot(hash: hash, word: Int32(counts.count))
    bytes.append(contentsOf: word)
    ends.append(bytes.count)
    counts.append(times)
    if counts.count * 2 > slots.count { grow() }
  }

  /// Adds every word of `other`.
  mutating func add(_ other: borrowing WordTable) {
    for word in 0..<other.count {
      let range = other.range(word)
      let times = other.counts[word]
      other.bytes.withUnsafeBufferPointer { add(UnsafeBufferPointer(rebasing: $0[range]), times: times) }
    }
  }

  private func isEqual(_ known: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = range(known)
    guard range.count == word.count else { return false }
    return bytes.withUnsafeBufferPointer { ByteHash.areEqual(UnsafeBufferPointer(rebasing: $0[range]), word) }
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(hash: 0, word: -1), count: old.count * 2)
    for slot in old where slot.word >= 0 {
      var index = Int(slot.hash) & (slots.count - 1)
      while slots[index].word >= 0 { index = (index + 1) & (slots.count - 1) }
      slots[index] = slot
    }
  }
}
