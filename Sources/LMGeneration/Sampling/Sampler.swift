import LMRuntime

/// Chooses one token after the other by ``SamplingSettings``.
///
/// Equal settings, seed and scores give equal tokens; each token that is drawn takes one number from the
/// stream.
public struct Sampler: Sendable {
  /// What it goes by.
  public let settings: SamplingSettings
  private let penalty: RepetitionPenalty
  private var scores = TokenScores()
  private var random: RandomStream

  /// A sampler at the start of the stream of `settings.seed`.
  /// - Throws: ``LMError`` of kind `usage` where a setting is out of range.
  public init(_ settings: SamplingSettings) throws(LMError) {
    try settings.validate()
    self.settings = settings
    penalty = RepetitionPenalty(settings.repetitionPenalty, window: settings.repetitionWindow)
    random = RandomStream(seed: settings.seed).split("sampling")
  }

  /// The next token.
  /// - Parameters:
  ///   - logits: `[V]` scores of the model; the penalty changes them.
  ///   - history: Prompt and generated tokens in order.
  /// - Throws: ``LMError`` where a score is NaN or +∞, or all are −∞.
  /// - Complexity: O(V) with top-k; O(V log V) at worst without.
  public mutating func next(
    after history: [Int32], _ logits: UnsafeMutableBufferPointer<Float>
  ) throws(LMError) -> Int32 {
    penalty.apply(to: logits, history: history)
    let best = try Self.best(of: UnsafeBufferPointer(logits))
    if settings.temperature == 0 { return best }
    scores.keepTopK(settings.topK, of: UnsafeBufferPointer(logits))
    scores.keepTopP(settings.topP)
    scores.keepMinP(settings.minP)
    return draw(random.uniformDouble())
  }

  /// The candidate at `fraction` (0 ..< 1) of the probabilities laid end to end.
  private func draw(_ fraction: Double) -> Int32 {
    var rest = fraction
    // Rounding can leave a rest behind the last one; then it goes to the last that is possible at all.
    var drawn: Int32 = 0
    for (candidate, probability) in zip(
      scores.candidates, scores.probabilities(temperature: settings.temperature))
    where probability > 0 {
      drawn = candidate.id
      rest -= probability
      if rest < 0 { break }
    }
    return drawn
  }

  /// The lowest id among the highest scores.
  private static func best(of logits: UnsafeBufferPointer<Float>) throws(LMError) -> Int32 {
    var (id, score) = (-1, -Float.infinity)
    for (index, value) in logits.enumerated() {
      guard value < .infinity else {
        throw invalid("the score of token \(index) is \(value.isNaN ? "not a number" : "infinite")")
      }
      if value > score { (id, score) = (index, value) }
    }
    guard id >= 0 else { throw invalid("no token has a finite score") }
    return Int32(id)
  }

  private static func invalid(_ problem: String) -> LMError {
    LMError(
      at: "the model's scores", problem,
      remedy: "the weights are damaged or training diverged: take an earlier checkpoint or --precision fp32")
  }
}
