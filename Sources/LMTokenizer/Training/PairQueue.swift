/// The pairs that may be merged next, the most frequent first, of equals the one with the smallest ids.
///
/// A count may be out of date when it comes up: it is compared with the true one and put back.
struct PairQueue: ~Copyable {
  /// A pair with the words that it came to stand in at one time: a range of the trainer's list of words.
  struct Candidate {
    var count: Int64
    let key: UInt64
    let words: Range<Int>

    @inline(__always) func goesBefore(_ other: Candidate) -> Bool {
      count != other.count ? count > other.count : key < other.key
    }
  }

  private var heap: [Candidate] = []

  /// The candidate that comes first, nil where there is none.
  var first: Candidate? { heap.first }

  /// Adds a candidate.
  /// - Complexity: O(log n).
  mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    heap.withUnsafeMutableBufferPointer { heap in
      var child = heap.count - 1
      while child > 0 {
        let parent = (child - 1) / 2
        guard candidate.goesBefore(heap[parent]) else { break }
        heap[child] = heap[parent]
        child = parent
      }
      heap[child] = candidate
    }
  }

  /// Removes the first candidate.
  mutating func removeFirst() {
    let last = heap.removeLast()
    if !heap.isEmpty { replaceFirst(last) }
  }

  /// Gives the first candidate its true count.
  mutating func updateFirst(count: Int64) {
    guard var candidate = heap.first else { return }
    candidate.count = count
    replaceFirst(candidate)
  }

  private mutating func replaceFirst(_ candidate: Candidate) {
    heap.withUnsafeMutableBufferPointer { heap in
      var hole = 0
      while true {
        var child = 2 * hole + 1
        guard child < heap.count else { break }
        if child + 1 < heap.count, heap[child + 1].goesBefore(heap[child]) { child += 1 }
        guard heap[child].goesBefore(candidate) else { break }
        heap[hole] = heap[child]
        hole = child
      }
      heap[hole] = candidate
    }
  }
}
