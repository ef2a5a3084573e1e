import Glibc

extension TokenScores {
  /// Keeps tokens whose score is within `count` standard deviations of the best ("Top-nσ: Not All Logits Are You
  /// Need", arXiv 2411.07641): score ≥ best − count · σ, σ over all candidates.
  /// - Parameter count: Above 0; 0 and less change nothing.
  /// - Complexity: O(n) for n candidates.
  public mutating func keepTopNSigma(_ count: Float) {
    guard count > 0, candidates.count > 1 else { return }
    let scores = candidates.lazy.map { Double($0.score) }
    let mean = scores.reduce(0, +) / Double(candidates.count)
    let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(candidates.count)
    let lowest = highestScore - Double(count) * variance.squareRoot()
    candidates.removeAll { Double($0.score) < lowest }
  }
}
