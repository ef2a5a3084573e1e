/// Learns merges from words with counts: the same merges in the same order as the trainer of Hugging Face's
/// tokenizers, counted in 64 bits.
///
/// Words are symbols in one flat block and shrink in place. For each pair there are lists of the words that
/// it came to stand in, appended to one block; a word that has lost the pair since is visited in vain. Each
/// merge takes at least one symbol away and adds at most two list entries, so all lists together hold fewer
/// than three entries for every symbol of the corpus' distinct words.
struct MergeLearner: ~Copyable {
  private var symbols: [Int32] = []
  /// Where each word starts in `symbols`, with the end of the last one at the end.
  private var starts: [Int] = [0]
  /// Number of symbols that each word still has.
  private var lengths: [Int32] = []
  private var counts: [Int64] = []

  private var pairs = PairCounts()
  private var queue = PairQueue()
  private var lists: [Int32] = []
  private var step: Int32 = 0
  private var fresh = NewPairs()

  /// A pair that is to be merged, with how often it occurs.
  struct Choice {
    let left: Int32
    let right: Int32
    let count: Int64
    fileprivate let words: Range<Int>
  }

  /// Takes the words of `table`, with `byteTokens` for their bytes. Words of one byte have no pair.
  init(_ table: borrowing WordTable, byteTokens: [Int32]) {
    for word in 0..<table.count {
      let range = table.range(word)
      guard range.count > 1 else { continue }
      symbols.append(contentsOf: table.bytes[range].lazy.map { byteTokens[Int($0)] })
      starts.append(symbols.count)
      lengths.append(Int32(range.count))
      counts.append(table.counts[word])
    }
    countPairs()
  }

  /// The most frequent pair that occurs at least `minimumCount` times, taken out of the queue.
  mutating func next(minimumCount: Int64) -> Choice? {
    while let top = queue.first {
      let count = pairs.count(top.key)
      if count == top.count {
        guard count >= max(1, minimumCount) else { return nil }
        queue.removeFirst()
        return Choice(
          left: Int32(truncatingIfNeeded: top.key >> 32), right: Int32(truncatingIfNeeded: top.key),
          count: count, words: top.words)
      }
      if count > 0 { queue.updateFirst(count: count) } else { queue.removeFirst() }
    }
    return nil
  }

  /// Replaces the chosen pair by the token `id` wherever it stands.
  mutating func merge(_ choice: Choice, into id: Int32) {
    step += 1
    for index in choice.words { mergeWord(Int(lists[index]), choice, id) }
    enqueueFreshPairs()
  }

  private mutating func countPairs() {
    for word in counts.indices {
      for index in starts[word]..<starts[word + 1] - 1 {
        change(symbols[index], symbols[index + 1], by: counts[word], in: word)
      }
    }
    enqueueFreshPairs()
  }

  /// Merges from left to right, so that "aaa" with the pair "aa" leaves an "a" at the end.
  private mutating func mergeWord(_ word: Int, _ choice: Choice, _ id: Int32) {
    let start = starts[word]
    let end = start + Int(lengths[word])
    let count = counts[word]
    var read = start
    var write = start
    while read < end {
      let symbol = symbols[read]
      guard symbol == choice.left, read + 1 < end, symbols[read + 1] == choice.right else {
        symbols[write] = symbol
        write += 1
        read += 1
        continue
      }
      if write > start {
        let previous = symbols[write - 1]
        pairs.entry(PairCounts.key(previous, symbol)).pointee.count -= count
        change(previous, id, by: count, in: word)
      }
      if read + 2 < end {
        let next = symbols[read + 2]
        pairs.entry(PairCounts.key(choice.right, next)).pointee.count -= count
        change(id, next, by: count, in: word)
      }
      symbols[write] = id
      write += 1
      read += 2
    }
    lengths[word] = Int32(write - start)
  }

  /// Counts a pair that has come to stand in a word, and notes the word.
  private mutating func change(_ left: Int32, _ right: Int32, by count: Int64, in word: Int) {
    let key = PairCounts.key(left, right)
    let entry = pairs.entry(key)
    entry.pointee.count += count
    if entry.pointee.step != step {
      entry.pointee.step = step
      entry.pointee.number = fresh.add(key)
    }
    fresh.note(Int32(truncatingIfNeeded: word), pair: entry.pointee.number)
  }

  /// Moves the collected words into lists, one after the other, and enqueues their pairs.
  private mutating func enqueueFreshPairs() {
    var start = lists.count
    fresh.appendLists(to: &lists)
    for (key, length) in zip(fresh.keys, fresh.lengths) {
      let count = pairs.count(key)
      if count > 0 { queue.push(.init(count: count, key: key, words: start..<start + Int(length))) }
      start += Int(length)
    }
    fresh.removeAll()
  }
}

/// The pairs that one step has created, with the words they stand in.
private struct NewPairs {
  private(set) var keys: [UInt64] = []
  /// Number of words of each pair.
  private(set) var lengths: [Int32] = []
  private var lastWords: [Int32] = []
  private var notes: [(pair: Int32, word: Int32)] = []

  mutating func add(_ key: UInt64) -> Int32 {
    keys.append(key)
    lengths.append(0)
    lastWords.append(-1)
    return Int32(keys.count - 1)
  }

  /// Words come one after the other, so a repetition is one of the last word.
  mutating func note(_ word: Int32, pair: Int32) {
    guard lastWords[Int(pair)] != word else { return }
    lastWords[Int(pair)] = word
    lengths[Int(pair)] += 1
    notes.append((pair, word))
  }

  func appendLists(to lists: inout [Int32]) {
    var next: [Int] = []
    next.reserveCapacity(lengths.count)
    var end = lists.count
    for length in lengths {
      next.append(end)
      end += Int(length)
    }
    lists.append(contentsOf: repeatElement(0, count: end - lists.count))
    for (pair, word) in notes {
      lists[next[Int(pair)]] = word
      next[Int(pair)] += 1
    }
  }

  mutating func removeAll() {
    keys.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    lastWords.removeAll(keepingCapacity: true)
    notes.removeAll(keepingCapacity: true)
  }
}
