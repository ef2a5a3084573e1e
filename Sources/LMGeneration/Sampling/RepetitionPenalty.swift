/// Makes tokens that were seen lately less likely (CTRL, arXiv 1909.05858, with the sign rule of Hugging Face
/// and llama.cpp): s → s / penalty where s > 0, else s · penalty, once per token however often it was seen.
public struct RepetitionPenalty: Sendable {
  /// Above 0; 1 changes nothing, more than 1 discourages.
  public let penalty: Float
  /// How many tokens back it looks; -1 means all.
  public let window: Int

  /// A penalty for the last `window` tokens.
  public init(_ penalty: Float, window: Int) {
    precondition(penalty > 0 && window >= -1, "RepetitionPenalty: \(penalty), window \(window)")
    self.penalty = penalty
    self.window = window
  }

  /// Changes the scores of the tokens that stand at the end of `history`.
  /// - Parameters:
  ///   - logits: `[V]`.
  ///   - history: Prompt and generated tokens in order; ids outside the vocabulary are ignored.
  /// - Complexity: O(window).
  public func apply(to logits: UnsafeMutableBufferPointer<Float>, history: [Int32]) {
    guard penalty != 1, window != 0 else { return }
    let recent = window < 0 ? history[...] : history.suffix(window)
    for id in Set(recent) where logits.indices.contains(Int(id)) {
      let score = logits[Int(id)]
      logits[Int(id)] = score > 0 ? score / penalty : score * penalty
    }
  }
}
