/// The merges of a vocabulary whose tokens are ranked by their ids (tiktoken), as a rule one for each token.
///
/// A token may be joined from two others in many ways, but merging meets only one of them where its bytes
/// alone come to two smaller tokens: what happens inside the bytes of a token, as long as nothing merges
/// across their ends, happens in the same order whatever is around. A token whose bytes do not come to two
/// smaller ones (trained vocabularies have few) keeps all its ways.
package enum CanonicalMerges {
  /// Merges of the tokens below `count`, in the order of their ids; every byte has a token. Nil where there
  /// are more than a ``PairTable`` holds.
  /// - Complexity: O(n log n) in the bytes of the tokens.
  package static func of(_ vocabulary: Vocabulary, _ count: Int, byteTokens: [Int32]) -> [BPEModel.Merge]? {
    let pairs = PairTable(capacity: count, byteTokens: byteTokens)
    let short = ShortMergeList()
    var merges: [BPEModel.Merge] = []
    merges.reserveCapacity(count)
    var parts = TokenBuffer(reserving: 64)
    func add(_ left: Int32, _ right: Int32, _ id: Int) {
      if merges.count > PairTable.mergeLimit { return }
      let merge = BPEModel.Merge(left: left, right: right, result: Int32(id))
      pairs.insert(merge, rank: UInt32(id))
      merges.append(merge)
    }
    for id in 0..<count where vocabulary.length(id) > 1 {
      vocabulary[id].withUnsafeBufferPointer { token in
        parts.count = 0
        if token.count <= ShortMergeList.capacity {
          short.merge(token, pairs, into: &parts)
        } else {
          var symbols = token.map { byteTokens[Int($0)] }
          HeapMerger.merge(&symbols, pairs)
          parts.append(contentsOf: symbols)
        }
      }
      if parts.count == 2 {
        add(parts.ids[0], parts.ids[1], id)
      } else {
        forEachSplit(of: id, in: vocabulary, below: count) { add($0, $1, id) }
      }
    }
    return merges.count > PairTable.mergeLimit ? nil : merges
  }

  private static func forEachSplit(
    of id: Int, in vocabulary: Vocabulary, below count: Int, _ body: (Int32, Int32) -> Void
  ) {
    vocabulary[id].withUnsafeBufferPointer { token in
      for split in 1..<token.count {
        guard let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: token[..<split])),
          let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: token[split...])),
          max(left, right) < count
        else { continue }
        body(left, right)
      }
    }
  }
}
