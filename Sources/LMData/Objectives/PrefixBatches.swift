import LMRuntime

extension TokenBatch {
  /// The same windows for a prefix LM: the first k tokens of each are its prefix, k uniform in 1 ..< T, and only what
  /// stands behind it is predicted.
  /// - Parameter random: Draws k.
  /// - Precondition: T is at least 2.
  public func withPrefixes(_ random: inout RandomStream) -> TokenBatch {
    precondition(tokens >= 2, "withPrefixes: windows of \(tokens) tokens")
    let prefixes = (0..<sequences).map { _ in 1 + random.uniform(below: tokens - 1) }
    // The target of a row is the token behind it: that of the prefix's last row is the first to count.
    let targets = targets.enumerated().map { row, target in
      row % tokens + 1 < prefixes[row / tokens] ? -1 : target
    }
    var batch = TokenBatch(sequences: sequences, tokens: tokens, ids: ids, targets: targets)
    batch.prefixes = prefixes
    return batch
  }
}
