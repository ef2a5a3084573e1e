/// Learns merges from words with counts: the same merges in the same order as the trainer of Hugging Face's
/// tokenizers, counted in 64 bits.
///
/// For each pair there are lists of the places where it came to stand, appended to one block. A place that the
/// pair has lost since is visited in vain, and when such places are more than a fifth of all, lists are cleaned.
package struct MergeLearner: ~Copyable {
  private var rows: SymbolRows
  private var pairs = PairCounts()
  private var queue: PairQueue
  private var lists: TokenBuffer
  private var fresh = FreshPairs()
  /// Pairs that have come to stand somewhere at more than one time.
  private var repeated: Set<UInt64> = []

  /// A pair that is to be merged, with how often it occurs.
  package struct Choice {
    package let left: Int32
    package let right: Int32
    package let count: Int64
    fileprivate let places: Range<Int>
  }

  /// Takes the words of a corpus.
  /// - Complexity: O(n + p log p) for n tokens and p distinct pairs.
  package init(_ rows: consuming SymbolRows) {
    self.rows = rows
    // Pages that are not written to take no memory.
    lists = TokenBuffer(reserving: self.rows.pairCount / 4 * 5 + Self.uncleanedPlaces)
    queue = PairQueue(reserving: min(self.rows.pairCount, 1 << 22))
    listPairs()
  }

  /// Counts all pairs, and lists their places in ascending order.
  private mutating func listPairs() {
    var numbers = PairCounts()
    var keys: [UInt64] = []
    var lengths: [UInt32] = []
    var largest: Int32 = 0
    rows.forEachPair { _, left, right, count in
      largest = max(largest, left, right)
      let key = PairCounts.key(left, right)
      let number = numbers.number(of: key)
      if number.pointee == 0 {
        keys.append(key)
        lengths.append(0)
        number.pointee = Int64(keys.count)
      }
      lengths[Int(number.pointee) - 1] += 1
      pairs.number(of: key).pointee += count
    }
    var next = 0
    var cursors = lengths.map { length in
      defer { next += Int(length) }
      return next
    }
    let base = lists.base
    rows.forEachPair { place, left, right, _ in
      let number = Int(numbers[PairCounts.key(left, right)]) - 1
      base[cursors[number]] = place
      cursors[number] += 1
    }
    lists.count = next
    fresh.reserve(ids: Int(largest) + 1)
    enqueue(keys, lengths, from: 0)
  }

  /// The most frequent pair that occurs at least `minimumCount` times, taken out of the queue.
  package mutating func next(minimumCount: Int64) -> Choice? {
    while let top = queue.first {
      let count = pairs[top.key]
      if count == top.count {
        guard count >= max(1, minimumCount) else { return nil }
        queue.removeFirst()
        let (left, right) = Self.pair(top.key)
        return Choice(left: left, right: right, count: count, places: top.positions)
      }
      if count > 0 { queue.updateFirst(count: count) } else { queue.removeFirst() }
    }
    return nil
  }

  /// Replaces the chosen pair by the token `id` wherever it stands, from left to right, so that "aaa" with the
  /// pair "aa" leaves an "a" at the end.
  /// - Parameter isNew: False where the token came about before in another way. Some of its pairs then have
  ///   places already.
  mutating func merge(_ choice: Choice, into id: Int32, isNew: Bool) {
    fresh.begin(id)
    let listed = UnsafeBufferPointer(start: lists.base + choice.places.lowerBound, count: choice.places.count)
    if !repeated.isEmpty, repeated.contains(PairCounts.key(choice.left, choice.right)) {
      // The reference merges whole words, with those places in them that another list has.
      rows.places(inWordsOf: listed).withUnsafeBufferPointer { mergePlaces(choice, id, $0) }
    } else {
      mergePlaces(choice, id, listed)
    }
    countFreshPairs(choice, id)
    let start = lists.count
    fresh.appendPlaces(to: &lists)
    if !isNew { repeated.formUnion(fresh.keys) }
    enqueue(fresh.keys, fresh.lengths, from: start)
    cleanLists()
  }

  private mutating func mergePlaces(_ choice: Choice, _ id: Int32, _ places: UnsafeBufferPointer<Int32>) {
    rows.merge(choice.left, choice.right, into: id, at: places) { merged in
      if let (token, place) = merged.before { fresh.noteBefore(token, at: place, count: merged.count) }
      if let token = merged.behind { fresh.noteBehind(token, at: merged.place, count: merged.count) }
    }
  }

  /// The pair itself keeps its count, as in the reference: it counts again where the pair comes back.
  private mutating func countFreshPairs(_ choice: Choice, _ id: Int32) {
    for token in fresh.tokensBefore {
      let count = fresh.countBefore(token)
      pairs.number(of: PairCounts.key(token, choice.left)).pointee -= count
      pairs.number(of: PairCounts.key(token, id)).pointee += count
    }
    for token in fresh.tokensBehind {
      let count = fresh.countBehind(token)
      pairs.number(of: PairCounts.key(choice.right, token)).pointee -= count
      pairs.number(of: PairCounts.key(id, token)).pointee += count
    }
  }

  private mutating func enqueue(_ keys: [UInt64], _ lengths: [UInt32], from start: Int) {
    var start = start
    for (key, length) in zip(keys, lengths) {
      let count = pairs[key]
      if count > 0 {
        queue.push(
          .init(count: count, key: key, start: UInt32(truncatingIfNeeded: start), length: length))
      }
      start += Int(length)
    }
  }

  /// Moves lists together without places that their pairs have lost. There are then no more places than pairs of
  /// neighbours, but for pairs that were listed twice.
  private mutating func cleanLists() {
    guard 4 * lists.count > 5 * rows.pairCount + Self.uncleanedPlaces else { return }
    let base = lists.base
    var end = 0
    queue.updateLists { candidate in
      let (left, right) = Self.pair(candidate.key)
      let start = end
      for index in candidate.positions where rows.stands(left, right, at: base[index]) {
        base[end] = base[index]
        end += 1
      }
      candidate.start = UInt32(truncatingIfNeeded: start)
      candidate.length = UInt32(truncatingIfNeeded: end - start)
      return pairs[candidate.key] > 0
    }
    lists.count = end
  }

  private static let uncleanedPlaces = 1 << 14

  private static func pair(_ key: UInt64) -> (left: Int32, right: Int32) {
    (Int32(truncatingIfNeeded: key >> 32), Int32(truncatingIfNeeded: key))
  }
}
