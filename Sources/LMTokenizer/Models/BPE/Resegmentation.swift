/// Merging with unused tokens, as sentencepiece does it: they take part in merges, and those that are left in the
/// end fall apart into the two tokens that were last seen side by side where they could merge.
enum Resegmentation {
  /// What `symbols` become, each with the number of symbols that it stands for.
  /// - Complexity: O(n log n) for n symbols.
  static func merge(_ symbols: [Int32], _ model: CharacterBPEModel) -> [(id: Int32, count: Int)] {
    var merged = symbols
    var starts: [Int32] = []
    var halves: [Int32: (left: Int32, right: Int32)] = [:]
    HeapMerger.merge(&merged, model.pairs, starts: &starts) { left, right in
      let result = model.pairs.merge(left, right).id
      if model.unused.contains(result) { halves[result] = (left, right) }
    }
    var found: [(id: Int32, count: Int)] = []
    for (position, id) in merged.enumerated() {
      let end = position + 1 < starts.count ? Int(starts[position + 1]) : symbols.count
      var bytes = symbols[Int(starts[position])..<end]
      // Halves are shorter than their whole, so this ends.
      var stack = [id]
      while let top = stack.popLast() {
        if let (left, right) = halves[top] {
          stack.append(right)
          stack.append(left)
        } else {
          let count = symbolCount(of: top, bytes, model)
          bytes = bytes.dropFirst(count)
          found.append((top, count))
        }
      }
    }
    return found
  }

  /// How many of `symbols` make up a token that begins with the first.
  private static func symbolCount(
    of token: Int32, _ symbols: ArraySlice<Int32>, _ model: CharacterBPEModel
  ) -> Int {
    if symbols.first == token { return 1 }
    var left = model.vocabulary.length(Int(token))
    var count = 0
    for symbol in symbols where left > 0 {
      left -= model.vocabulary.length(Int(symbol))
      count += 1
    }
    return count
  }
}
