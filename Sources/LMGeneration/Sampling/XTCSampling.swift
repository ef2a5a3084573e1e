extension TokenScores {
  /// Takes out all tokens of at least the probability `threshold` but the least probable of them ("exclude top
  /// choices", llama.cpp, after github.com/oobabooga/text-generation-webui/pull/6335). With fewer than two of
  /// them nothing happens.
  /// - Parameter threshold: From 0; above 0.5 no two tokens can have it, and nothing happens.
  /// - Complexity: O(n log n) for n candidates, O(n) where they are sorted.
  public mutating func excludeTopChoices(threshold: Float) {
    guard threshold <= 0.5, candidates.count > 1 else { return }
    sort()
    let count = probabilities().prefix { $0 >= Double(threshold) }.count
    if count > 1 { candidates.removeFirst(count - 1) }
  }
}
