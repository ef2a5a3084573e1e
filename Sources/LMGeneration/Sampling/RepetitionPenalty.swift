/// Makes tokens that were seen lately less likely.
///
/// With n the times that a token stands among the last `window`, of those with n > 0 in this order:
/// s → s / penalty where s > 0, else s · penalty (CTRL, arXiv 1909.05858, with the sign rule of Hugging Face and
/// llama.cpp); s → s − n · frequency − presence (OpenAI's penalties, in llama.cpp's form).
public struct RepetitionPenalty: Sendable {
  /// Above 0; 1 changes nothing, more than 1 discourages.
  public let penalty: Float
  /// Taken off for each time that the token was seen.
  public let frequency: Float
  /// Taken off once.
  public let presence: Float
  /// How many tokens back it looks; -1 means all.
  public let window: Int

  /// Penalties for the last `window` tokens.
  public init(_ penalty: Float, window: Int, frequency: Float = 0, presence: Float = 0) {
    precondition(penalty > 0 && window >= -1, "RepetitionPenalty: \(penalty), window \(window)")
    self.penalty = penalty
    self.frequency = frequency
    self.presence = presence
    self.window = window
  }

  private var changesNothing: Bool { (penalty == 1 && frequency == 0 && presence == 0) || window == 0 }

  /// Changes the scores of the tokens that stand at the end of `history`.
  /// - Parameters:
  ///   - logits: `[V]`.
  ///   - history: Prompt and generated tokens in order; ids outside the vocabulary are ignored.
  /// - Complexity: O(window).
  public func apply(to logits: UnsafeMutableBufferPointer<Float>, history: [Int32]) {
    for (id, count) in counts(history) where logits.indices.contains(Int(id)) {
      logits[Int(id)] = penalised(logits[Int(id)], count)
    }
  }

  /// Changes the scores of candidates.
  /// - Complexity: O(window + candidates).
  func apply(to scores: inout TokenScores, history: [Int32]) {
    let counts = counts(history)
    guard !counts.isEmpty else { return }
    for (index, candidate) in scores.candidates.enumerated() {
      guard let count = counts[candidate.id] else { continue }
      scores.candidates[index].score = penalised(candidate.score, count)
    }
    scores.isSorted = false
  }

  private func penalised(_ score: Float, _ count: Int) -> Float {
    (score > 0 ? score / penalty : score * penalty) - Float(count) * frequency - presence
  }

  private func counts(_ history: [Int32]) -> [Int32: Int] {
    guard !changesNothing else { return [:] }
    var counts: [Int32: Int] = [:]
    for id in window < 0 ? history[...] : history.suffix(window) { counts[id, default: 0] += 1 }
    return counts
  }
}
