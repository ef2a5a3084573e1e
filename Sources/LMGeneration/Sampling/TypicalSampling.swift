import Glibc

extension TokenScores {
  /// Keeps the tokens whose surprise −ln p is nearest to its mean, the entropy, as few as have the probability
  /// `limit` together, and a little more ("Locally Typical Sampling", arXiv 2202.00666).
  ///
  /// As in llama.cpp the token that brings the sum above `limit` is the last; equally near ones are taken in
  /// their order among the candidates. The best token may go.
  /// - Parameter limit: From 0 to 1. At 1 nothing happens; at least one token stays.
  /// - Complexity: O(n log n) for n candidates.
  public mutating func keepTypical(_ limit: Float) {
    guard limit < 1, candidates.count > 1 else { return }
    let probabilities = probabilities()
    let surprises = probabilities.map { $0 > 0 ? -log($0) : .infinity }
    let entropy = zip(probabilities, surprises).reduce(0) { $1.0 > 0 ? $0 + $1.0 * $1.1 : $0 }
    let distances = surprises.map { abs($0 - entropy) }
    let order = candidates.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    var (sum, kept) = (0.0, 0)
    while kept < order.count, kept == 0 || sum <= Double(limit) {
      sum += probabilities[order[kept]]
      kept += 1
    }
    candidates = order[..<kept].map { candidates[$0] }
    isSorted = candidates.count < 2
  }
}
