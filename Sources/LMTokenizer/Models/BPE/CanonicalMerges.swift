/// The merges of a vocabulary whose tokens are ranked by their ids (tiktoken), one for each token.
///
/// A token may be joined from two others in many ways, but merging never meets more than one of them. What
/// happens inside the bytes of a token, as long as nothing merges across their ends, happens in the same
/// order whatever is around, so the two tokens that it is joined from are those that merging its bytes alone
/// comes to. A token that its bytes alone do not come to is never the result of a merge.
enum CanonicalMerges {
  /// Merges of the tokens below `count`, in the order of their ids; every byte has a token.
  /// - Complexity: O(n log n) in the bytes of the tokens.
  static func of(_ vocabulary: Vocabulary, _ count: Int, byteTokens: [Int32]) -> [BPEModel.Merge] {
    let pairs = PairTable(capacity: count, byteTokens: byteTokens)
    let short = ShortMergeList()
    var merges: [BPEModel.Merge] = []
    merges.reserveCapacity(count)
    var parts = TokenBuffer(reserving: 64)
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
      guard parts.count == 2 else { continue }
      let merge = BPEModel.Merge(left: parts.ids[0], right: parts.ids[1], result: Int32(id))
      pairs.insert(merge, rank: UInt32(id))
      merges.append(merge)
    }
    return merges
  }
}
