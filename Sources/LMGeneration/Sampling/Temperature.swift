import Glibc

extension TokenScores {
  /// Divides the scores by `temperature`.
  /// - Parameter temperature: At least 0; at 0 only the best token stays.
  /// - Complexity: O(1); O(n) at 0.
  public mutating func applyTemperature(_ temperature: Double) {
    self.temperature *= temperature
    guard self.temperature <= 0, let first = candidates.first else { return }
    candidates = [candidates.reduce(first) { $1.precedes($0) ? $1 : $0 }]
    (isSorted, self.temperature) = (true, 1)
  }

  /// Divides the scores by a temperature from `temperature` − `range` (at least 0) to `temperature` + `range`,
  /// the higher the more even the probabilities are: low + (high − low) · (H / ln n)^exponent with the entropy H
  /// of n candidates ("EDT: Improving Large Language Models' Generation by Entropy-based Dynamic Temperature
  /// Sampling", arXiv 2403.14541, in llama.cpp's form).
  /// - Complexity: O(n) for n candidates.
  public mutating func applyDynamicTemperature(_ temperature: Double, range: Double, exponent: Double) {
    guard candidates.count > 1 else { return }
    let entropy = probabilities().reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    let share = min(1, max(0, entropy / log(Double(candidates.count))))
    let (low, high) = (max(0, temperature - range), temperature + range)
    applyTemperature(low + (high - low) * pow(share, exponent))
  }
}
