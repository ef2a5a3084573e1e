import LMRuntime

/// Merging by chance: BPE dropout as in Hugging Face's tokenizers.
enum DropoutMerger {
  /// Merges `symbols`, each of `lengths` bytes.
  /// - Complexity: O(n log n / (1 - p)) expected for n symbols.
  static func merge(
    _ symbols: [Int32], _ lengths: [Int], _ pairs: PairTable, probability: Double,
    _ random: inout RandomStream
  ) -> [(id: Int32, length: Int)] {
    let list = SymbolList(symbols)
    var heap = MinimumHeap()
    var skipped: [UInt64] = []
    func push(_ left: Int, _ right: Int) {
      guard left >= 0, right >= 0 else { return }
      let rank = pairs.merge(list.id(left), list.id(right)).rank
      if rank != .max { heap.push(UInt64(rank) << 32 | UInt64(left)) }
    }
    for position in symbols.indices.dropLast() { push(position, position + 1) }
    while let top = heap.popMinimum() {
      if Double.random(in: 0..<1, using: &random) < probability {
        skipped.append(top)
        continue
      }
      for word in skipped { heap.push(word) }
      skipped.removeAll(keepingCapacity: true)
      let position = Int(top & 0xFFFF_FFFF)
      guard list.isAlive(position), case let next = list.next(position), next >= 0 else { continue }
      let merge = pairs.merge(list.id(position), list.id(next))
      guard merge.rank == UInt32(top >> 32) else { continue }
      list.join(position, next, as: merge.id)
      push(list.previous(position), position)
      push(position, list.next(position))
    }
    let starts = list.remainingPositions()
    let merged = list.remaining()
    return merged.indices.map { index in
      let end = index + 1 < starts.count ? Int(starts[index + 1]) : symbols.count
      return (merged[index], lengths[Int(starts[index])..<end].reduce(0, +))
    }
  }
}
