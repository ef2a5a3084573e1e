/// A binary heap of 64-bit words, the smallest first.
struct MinimumHeap: ~Copyable {
  private var words: [UInt64] = []

  /// Adds a word without restoring the order; call ``order()`` before the first pop.
  mutating func append(_ word: UInt64) { words.append(word) }

  /// Establishes the heap order.
  /// - Complexity: O(n).
  mutating func order() {
    for index in stride(from: words.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
  }

  /// Adds a word.
  /// - Complexity: O(log n).
  mutating func push(_ word: UInt64) {
    words.append(word)
    words.withUnsafeMutableBufferPointer { words in
      var child = words.count - 1
      while child > 0 {
        let parent = (child - 1) / 2
        if words[parent] <= word { break }
        words[child] = words[parent]
        child = parent
      }
      words[child] = word
    }
  }

  /// Removes and returns the smallest word, nil where there is none.
  /// - Complexity: O(log n).
  mutating func popMinimum() -> UInt64? {
    guard let last = words.popLast() else { return nil }
    guard let first = words.first else { return last }
    words[0] = last
    siftDown(0)
    return first
  }

  private mutating func siftDown(_ start: Int) {
    words.withUnsafeMutableBufferPointer { words in
      let word = words[start]
      var hole = start
      while true {
        var child = 2 * hole + 1
        guard child < words.count else { break }
        if child + 1 < words.count, words[child + 1] < words[child] { child += 1 }
        if word <= words[child] { break }
        words[hole] = words[child]
        hole = child
      }
      words[hole] = word
    }
  }
}
