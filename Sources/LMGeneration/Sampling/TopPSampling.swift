import Glibc

extension TokenScores {
  /// Keeps the fewest best tokens whose probabilities add up to `limit` (nucleus sampling, "The Curious Case of
  /// Neural Text Degeneration", arXiv 1904.09751).
  ///
  /// Of n tokens those less probable than (1 − limit) / n have less than 1 − limit together, so they are left
  /// out before the rest is sorted (after llama2.c).
  /// - Parameter limit: From 0 to 1. At 1 nothing happens; at least the best token stays.
  /// - Complexity: O(n) for n sorted candidates, else O(n + m log m) for the m that are not left out.
  public mutating func keepTopP(_ limit: Float) {
    guard limit < 1, candidates.count > 1 else { return }
    let best = highestScore
    let scale = 1 / temperature
    let total = candidates.reduce(0) { $0 + exp((Double($1.score) - best) * scale) }
    if !isSorted {
      let lowest = best + log(total * (1 - Double(limit)) / Double(candidates.count)) * temperature
      candidates.removeAll { Double($0.score) < min(lowest, best) }
      sort()
    }
    var (sum, kept) = (0.0, 0)
    while kept < candidates.count, kept == 0 || sum < total * Double(limit) {
      sum += exp((Double(candidates[kept].score) - best) * scale)
      kept += 1
    }
    candidates.removeLast(candidates.count - kept)
  }
}
