/// Merging of long pieces: a linked list of symbols and a heap of candidate merges.
///
/// Entries of pairs that no longer stand there are recognised when they come up, and dropped.
package enum HeapMerger {
  /// Merges `symbols` in place.
  /// - Complexity: O(n log n) for n symbols.
  package static func merge(_ symbols: inout [Int32], _ pairs: PairTable) {
    symbols = merged(symbols, pairs).remaining()
  }

  /// Merges `symbols` in place and says with which of the old symbols each of the new ones starts.
  /// - Complexity: O(n log n) for n symbols.
  static func merge(_ symbols: inout [Int32], _ pairs: PairTable, starts: inout [Int32]) {
    let list = merged(symbols, pairs)
    starts = list.remainingPositions()
    symbols = list.remaining()
  }

  /// Merges `symbols` in place and says with which of the old symbols each of the new ones starts; `formed` is
  /// called with every pair that could merge at some time, in the order in which they come about.
  /// - Complexity: O(n log n) for n symbols.
  static func merge(
    _ symbols: inout [Int32], _ pairs: PairTable, starts: inout [Int32], formed: (Int32, Int32) -> Void
  ) {
    let list = merged(symbols, pairs, formed: formed)
    starts = list.remainingPositions()
    symbols = list.remaining()
  }

  @inline(__always) private static func merged(
    _ symbols: [Int32], _ pairs: PairTable, formed: (Int32, Int32) -> Void = { _, _ in }
  ) -> SymbolList {
    precondition(symbols.count < Int32.max, "HeapMerger: \(symbols.count) symbols, expected below 2^31")
    let list = SymbolList(symbols)
    var heap = MinimumHeap()
    for position in 0..<max(0, symbols.count - 1) {
      let (left, right) = (symbols[position], symbols[position + 1])
      let rank = pairs.rank(left, right)
      if rank == PairTable.noRank { continue }
      heap.append(entry(rank, position))
      formed(left, right)
    }
    heap.order()
    while let top = heap.popMinimum() {
      let position = Int(top & 0xFFFF_FFFF)
      let next = list.next(position)
      guard list.isAlive(position), next >= 0 else { continue }
      let merge = pairs.merge(list.id(position), list.id(next))
      guard merge.rank == UInt32(top >> 32) else { continue }
      list.join(position, next, as: merge.id)
      push(list.previous(position), position, list, pairs, &heap, formed)
      push(position, list.next(position), list, pairs, &heap, formed)
    }
    return list
  }

  @inline(__always) private static func push(
    _ left: Int, _ right: Int, _ list: borrowing SymbolList, _ pairs: PairTable,
    _ heap: inout MinimumHeap, _ formed: (Int32, Int32) -> Void
  ) {
    guard left >= 0, right >= 0 else { return }
    let rank = pairs.rank(list.id(left), list.id(right))
    if rank == PairTable.noRank { return }
    heap.push(entry(rank, left))
    formed(list.id(left), list.id(right))
  }

  /// Orders by rank, then from left to right.
  private static func entry(_ rank: UInt32, _ position: Int) -> UInt64 {
    UInt64(rank) << 32 | UInt64(position)
  }
}

/// Symbols in a doubly linked list inside flat memory; -1 ends it on both sides.
struct SymbolList: ~Copyable {
  private struct Node {
    var id: Int32
    var previous: Int32
    var next: Int32
  }

  private static let removed = Int32.min
  private let nodes: UnsafeMutablePointer<Node>
  private let count: Int

  init(_ symbols: [Int32]) {
    count = symbols.count
    nodes = .allocate(capacity: max(1, count))
    for (index, id) in symbols.enumerated() {
      let next = index + 1 < count ? Int32(truncatingIfNeeded: index + 1) : -1
      (nodes + index).initialize(
        to: Node(id: id, previous: Int32(truncatingIfNeeded: index - 1), next: next))
    }
  }

  deinit { nodes.deallocate() }

  func id(_ position: Int) -> Int32 { nodes[position].id }
  func next(_ position: Int) -> Int { Int(nodes[position].next) }
  func previous(_ position: Int) -> Int { Int(nodes[position].previous) }
  func isAlive(_ position: Int) -> Bool { nodes[position].id != Self.removed }

  func join(_ left: Int, _ right: Int, as id: Int32) {
    nodes[left].id = id
    nodes[left].next = nodes[right].next
    nodes[right].id = Self.removed
    let after = nodes[right].next
    if after >= 0 { nodes[Int(after)].previous = Int32(truncatingIfNeeded: left) }
  }

  func remainingPositions() -> [Int32] {
    (0..<count).filter { nodes[$0].id != Self.removed }.map { Int32($0) }
  }

  func remaining() -> [Int32] {
    var result: [Int32] = []
    for index in 0..<count where nodes[index].id != Self.removed { result.append(nodes[index].id) }
    return result
  }
}
