/// The pairs that may be merged next, the most frequent first, of equals the one with the smallest ids.
///
/// A count may be out of date when it comes up: it is compared with the true one and put back.
struct PairQueue: ~Copyable {
  /// A pair with the places where it came to stand at one time: a range of the learner's list of positions.
  struct Candidate {
    var count: Int64
    let key: UInt64
    var start: UInt32
    var length: UInt32

    /// The range of the list.
    var positions: Range<Int> { Int(start)..<Int(start) + Int(length) }

    @inline(__always) func goesBefore(_ other: Candidate) -> Bool {
      count != other.count ? count > other.count : key < other.key
    }
  }

  private var heap: [Candidate] = []

  /// An empty queue with room for so many candidates.
  init(reserving count: Int) { heap.reserveCapacity(count) }

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

  /// Gives every candidate to `body`, in the order of their lists. `body` may change where a list is, and removes
  /// the candidate by returning false.
  /// - Complexity: O(n log n).
  mutating func updateLists(_ body: (inout Candidate) -> Bool) {
    heap.sort { $0.start < $1.start }
    var kept = 0
    for index in heap.indices where body(&heap[index]) {
      heap[kept] = heap[index]
      kept += 1
    }
    heap.removeSubrange(kept...)
    heap.sort { $0.goesBefore($1) }
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
