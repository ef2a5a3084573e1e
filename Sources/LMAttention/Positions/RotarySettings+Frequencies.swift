import Glibc

extension RotarySettings {
  /// Radians per position of each pair of a head of `headWidth`, for sequences of `positions` positions.
  /// - Complexity: O(pairs).
  package func frequencies(headWidth: Int, positions: Int) -> [Double] {
    let width = width ?? headWidth
    var base = base
    if case .dynamic(let factor, let context) = scaling, positions > context {
      // The base for which the slowest pair turns as far as it did in pretraining.
      let growth = factor * Double(positions) / Double(context) - (factor - 1)
      base *= pow(growth, Double(width) / Double(width - 2))
    }
    let plain = (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) }
    switch scaling {
    case .none, .dynamic: return plain
    case .linear(let factor): return plain.map { $0 / factor }
    case .llama3(let factor, let low, let high, let context):
      return plain.map { frequency in
        let turns = Double(context) * frequency / (2 * .pi)
        let kept = min(1, max(0, (turns - low) / (high - low)))
        return kept * frequency + (1 - kept) * frequency / factor
      }
    case .yarn(let factor, let fast, let slow, _, let context, let truncates):
      /// The pair that turns so often within the context, as a real number.
      func pair(turns: Double) -> Double {
        Double(width) * log(Double(context) / (turns * 2 * .pi)) / (2 * log(base))
      }
      var (first, last) = (pair(turns: fast), pair(turns: slow))
      if truncates { (first, last) = (first.rounded(.down), last.rounded(.up)) }
      (first, last) = (max(first, 0), min(last, Double(width - 1)))
      if first == last { last += 0.001 }
      return plain.enumerated().map { index, frequency in
        let stretched = min(1, max(0, (Double(index) - first) / (last - first)))
        return stretched * frequency / factor + (1 - stretched) * frequency
      }
    }
  }
}
