extension TokenScores {
  /// Starts over with the `limit` best of all tokens, best first; with all of them, unsorted, where `limit`
  /// is 0 or at least V. Tokens of score −∞ are left out.
  /// - Parameter logits: `[V]`, without NaN and +∞.
  /// - Complexity: O(V + n log limit), n the scores that were among the best when they were met: about
  ///   limit · ln(V / limit) in random order, V at worst.
  public mutating func keepTopK(_ limit: Int, of logits: UnsafeBufferPointer<Float>) {
    guard limit > 0, limit < logits.count else { return load(logits) }
    candidates.removeAll(keepingCapacity: true)
    let capacity = 2 * limit + Self.slack
    // Ids ascend: an equal score that comes later is behind the worst, so only higher ones count.
    var lowest = -Float.greatestFiniteMagnitude
    LogitScan.forEach(in: logits, atLeast: lowest) { id, score in
      candidates.append(Candidate(id: id, score: score))
      if candidates.count == capacity {
        candidates.sort { $0.precedes($1) }
        candidates.removeLast(capacity - limit)
        lowest = candidates[limit - 1].score.nextUp
      }
      return lowest
    }
    (isSorted, temperature) = (false, 1)
    keepTopK(limit)
  }

  /// Keeps the `limit` best candidates, best first ("Hierarchical Neural Story Generation", arXiv 1805.04833).
  /// - Parameter limit: 0 keeps all.
  /// - Complexity: O(n log n) for n candidates.
  public mutating func keepTopK(_ limit: Int) {
    guard limit > 0 else { return }
    sort()
    candidates.removeLast(max(0, candidates.count - limit))
  }

  /// Candidates that are collected, beyond those wanted, before the worst are thrown out.
  private static let slack = 1024
}
