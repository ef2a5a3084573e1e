import Glibc

/// The tokens that may come next, narrowed down step by step, with their scores.
///
/// Every sampler is a step in a file of its own. None sorts the vocabulary where the best few tokens decide.
/// Memory is reused from token to token.
public struct TokenScores: Sendable {
  /// One token and its logit.
  public struct Candidate: Sendable, Equatable {
    /// Id of the token.
    public let id: Int32
    /// Its logit, unnormalised; finite.
    public internal(set) var score: Float

    /// True where this token comes before `other`: a higher score, or the same and a lower id.
    @inline(__always) func precedes(_ other: Candidate) -> Bool {
      score > other.score || (score == other.score && id < other.id)
    }
  }

  /// What is left; best first where ``isSorted``.
  public internal(set) var candidates: [Candidate] = []
  /// Whether ``candidates`` stand best first, equal scores by their id.
  public internal(set) var isSorted = false
  /// What scores are divided by before they are probabilities: the temperatures that were applied.
  var temperature = 1.0

  /// No candidates yet.
  public init() {}

  /// Starts over with all tokens whose score is at least `lowest` and not −∞, unsorted.
  /// - Parameter logits: `[V]`, without NaN and +∞.
  /// - Complexity: O(V).
  public mutating func load(_ logits: UnsafeBufferPointer<Float>, atLeast lowest: Float = -.infinity) {
    candidates.removeAll(keepingCapacity: true)
    let lowest = max(lowest, -Float.greatestFiniteMagnitude)
    LogitScan.forEach(in: logits, atLeast: lowest) { id, score in
      candidates.append(Candidate(id: id, score: score))
      return lowest
    }
    isSorted = candidates.count < 2
    temperature = 1
  }

  /// Probabilities of ``candidates`` in their order: softmax(score / temperature).
  /// - Parameter temperature: Above 0; divides the scores together with those that were applied before.
  /// - Complexity: O(n) for n candidates.
  public func probabilities(temperature: Float = 1) -> [Double] {
    let best = highestScore
    let scale = 1 / (Double(temperature) * self.temperature)
    let weights = candidates.map { exp((Double($0.score) - best) * scale) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// The score of the best candidate, 0 where there is none.
  var highestScore: Double {
    Double(isSorted ? candidates.first?.score ?? 0 : candidates.lazy.map(\.score).max() ?? 0)
  }

  /// Brings the best to the front.
  /// - Complexity: O(n log n), nothing where they are sorted.
  mutating func sort() {
    guard !isSorted else { return }
    candidates.sort { $0.precedes($1) }
    isSorted = true
  }
}
