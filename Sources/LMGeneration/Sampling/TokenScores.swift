import Glibc

/// The tokens that may come next, narrowed down step by step, with their scores.
///
/// No step sorts the vocabulary where the best few tokens decide. Memory is reused from token to token.
public struct TokenScores: Sendable {
  /// One token and its logit.
  public struct Candidate: Sendable, Equatable {
    /// Id of the token.
    public let id: Int32
    /// Its logit, unnormalised; never NaN.
    public let score: Float

    /// True where this token comes before `other`: a higher score, or the same and a lower id.
    @inline(__always) func precedes(_ other: Candidate) -> Bool {
      score > other.score || (score == other.score && id < other.id)
    }
  }

  /// What is left; best first where ``isSorted``.
  public private(set) var candidates: [Candidate] = []
  /// Whether ``candidates`` stand best first, equal scores by their id.
  public private(set) var isSorted = false

  /// No candidates yet.
  public init() {}

  /// Starts over with the `limit` best of all tokens, best first; with all of them, unsorted, where `limit`
  /// is 0 or at least V.
  /// - Parameter logits: `[V]`, without NaN.
  /// - Complexity: O(V + n log limit), n the scores that were among the best when they were met: about
  ///   limit · ln(V / limit) in random order, V at worst.
  public mutating func keepTopK(_ limit: Int, of logits: UnsafeBufferPointer<Float>) {
    if limit > 0, limit < logits.count {
      Self.best(limit, of: logits.count, into: &candidates) { Candidate(id: Int32($0), score: logits[$0]) }
      isSorted = true
      return
    }
    candidates.removeAll(keepingCapacity: true)
    for (id, score) in logits.enumerated() { candidates.append(Candidate(id: Int32(id), score: score)) }
    isSorted = candidates.count < 2
  }

  /// Keeps the fewest best tokens whose probabilities add up to `limit` (nucleus sampling).
  ///
  /// Of n tokens those less probable than (1 − limit) / n have less than 1 − limit together, so they are left
  /// out before the rest is sorted (after llama2.c).
  /// - Parameter limit: From 0 to 1. At 1 nothing happens; at least the best token stays.
  /// - Complexity: O(n) for n sorted candidates, else O(n + m log m) for the m that are not left out.
  public mutating func keepTopP(_ limit: Float) {
    guard limit < 1, candidates.count > 1 else { return }
    let best = highestScore
    let total = candidates.reduce(0) { $0 + exp(Double($1.score) - best) }
    if !isSorted {
      let lowest = best + log(total * (1 - Double(limit)) / Double(candidates.count))
      candidates.removeAll { Double($0.score) < min(lowest, best) }
      candidates.sort { $0.precedes($1) }
      isSorted = true
    }
    var (sum, kept) = (0.0, 0)
    while kept < candidates.count, kept == 0 || sum < total * Double(limit) {
      sum += exp(Double(candidates[kept].score) - best)
      kept += 1
    }
    candidates.removeLast(candidates.count - kept)
  }

  /// Keeps tokens with at least `limit` times the probability of the best, in their order.
  /// - Parameter limit: From 0 to 1. At 0 nothing happens; the best token always stays.
  /// - Complexity: O(n) for n candidates.
  public mutating func keepMinP(_ limit: Float) {
    guard limit > 0 else { return }
    let lowest = highestScore + log(Double(limit))
    candidates.removeAll { Double($0.score) < lowest }
  }

  /// Probabilities of ``candidates`` in their order: softmax(score / temperature).
  /// - Parameter temperature: Above 0.
  /// - Complexity: O(n) for n candidates.
  public func probabilities(temperature: Float = 1) -> [Double] {
    let best = highestScore
    let scale = 1 / Double(temperature)
    let weights = candidates.map { exp((Double($0.score) - best) * scale) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  private var highestScore: Double {
    Double(isSorted ? candidates.first?.score ?? 0 : candidates.lazy.map(\.score).max() ?? 0)
  }

  /// Candidates that are collected, beyond those wanted, before the worst are thrown out.
  private static let slack = 1024

  /// Puts the `limit` best of `count` candidates into `selection`, best first.
  private static func best(
    _ limit: Int, of count: Int, into selection: inout [Candidate], _ candidate: (Int) -> Candidate
  ) {
    selection.removeAll(keepingCapacity: true)
    let capacity = 2 * limit + slack
    var worst: Candidate?
    for index in 0..<count {
      let next = candidate(index)
      if let worst, !next.precedes(worst) { continue }
      selection.append(next)
      guard selection.count == capacity else { continue }
      selection.sort { $0.precedes($1) }
      selection.removeLast(capacity - limit)
      worst = selection.last
    }
    selection.sort { $0.precedes($1) }
    selection.removeLast(max(0, selection.count - limit))
  }
}
