import Glibc

extension TokenScores {
  /// Keeps tokens with at least `limit` times the probability of the best, in their order ("Turning Up the Heat:
  /// Min-p Sampling for Creative and Coherent LLM Outputs", arXiv 2407.01082).
  /// - Parameter limit: From 0 to 1. At 0 nothing happens; the best token always stays.
  /// - Complexity: O(n) for n candidates.
  public mutating func keepMinP(_ limit: Float) {
    guard limit > 0 else { return }
    let lowest = highestScore + log(Double(limit)) * temperature
    candidates.removeAll { Double($0.score) < lowest }
  }
}
