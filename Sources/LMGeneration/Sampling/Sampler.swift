import LMRuntime

/// Chooses one token after the other by ``SamplingSettings``.
///
/// A value with the state of one text: copies go on each on its own. Equal settings, seed and scores give equal
/// tokens; each token that is drawn takes one number from the stream, and one from another where XTC is on.
public struct Sampler: Sendable {
  /// What it goes by.
  public let settings: SamplingSettings
  /// What keeps the text inside a language, behind the tokens that were chosen; nil for none.
  public private(set) var constraint: TokenConstraint?
  private let penalty: RepetitionPenalty
  private var mirostat: Mirostat?
  private var scores = TokenScores()
  private var random: RandomStream
  private var choiceRandom: RandomStream

  /// A sampler at the start of the stream of `settings.seed`.
  /// - Throws: ``LMError`` of kind `usage` where a setting is out of range.
  public init(_ settings: SamplingSettings) throws(LMError) {
    try settings.validate()
    self.settings = settings
    constraint = settings.constraint
    mirostat = settings.mirostat
    penalty = RepetitionPenalty(
      settings.repetitionPenalty, window: settings.repetitionWindow, frequency: settings.frequencyPenalty,
      presence: settings.presencePenalty)
    random = RandomStream(seed: settings.seed).split("sampling")
    choiceRandom = RandomStream(seed: settings.seed).split("xtc")
  }

  /// The next token. The constraint moves behind it.
  /// - Parameters:
  ///   - logits: `[V]` scores of the model; biases, constraint and penalties change them.
  ///   - history: Prompt and generated tokens in order.
  /// - Throws: ``LMError`` where a score is NaN or +∞, all are −∞, or the constraint allows nothing.
  /// - Complexity: O(V) with top-k; O(V log V) at worst without. Penalties take O(window).
  public mutating func next(
    after history: [Int32], _ logits: UnsafeMutableBufferPointer<Float>
  ) throws(LMError) -> Int32 {
    for (id, bias) in settings.biases where logits.indices.contains(Int(id)) { logits[Int(id)] += bias }
    try constraint?.apply(to: logits)
    let id = try choose(after: history, logits)
    try constraint?.accept(id)
    return id
  }

  private mutating func choose(
    after history: [Int32], _ logits: UnsafeMutableBufferPointer<Float>
  ) throws(LMError) -> Int32 {
    let scan = UnsafeBufferPointer(logits)
    if settings.isGreedy {
      for step in settings.order { applyPenalties(of: step, history, logits) }
      return try best(of: scan)
    }
    _ = try best(of: scan)
    var isLoaded = false
    for step in settings.order {
      if isLoaded {
        apply(step, history)
      } else if isPenalty(step) {
        applyPenalties(of: step, history, logits)
      } else if step == .topK, mirostat == nil {
        scores.keepTopK(settings.topK, of: scan)
        isLoaded = true
      } else if changesCandidates(step) {
        scores.load(scan)
        isLoaded = true
        apply(step, history)
      }
    }
    if !isLoaded { scores.load(scan) }
    mirostat?.truncate(&scores)
    return draw(random.uniformDouble())
  }

  // MARK: Steps

  private func isPenalty(_ step: SamplingStep) -> Bool { step == .penalties || step == .dry }

  /// False for steps that change nothing, which need no candidates.
  private func changesCandidates(_ step: SamplingStep) -> Bool {
    if mirostat != nil { return step == .temperature }
    return switch step {
    case .penalties, .dry, .topK, .temperature: true
    case .topNSigma: settings.topNSigma > 0
    case .typicalP: settings.typicalP < 1
    case .topP: settings.topP < 1
    case .minP: settings.minP > 0
    case .xtc: settings.xtcProbability > 0
    }
  }

  private func applyPenalties(
    of step: SamplingStep, _ history: [Int32], _ logits: UnsafeMutableBufferPointer<Float>
  ) {
    if step == .penalties { penalty.apply(to: logits, history: history) }
    if step == .dry { settings.dry.apply(to: logits, history: history) }
  }

  private mutating func apply(_ step: SamplingStep, _ history: [Int32]) {
    guard isPenalty(step) || changesCandidates(step) else { return }
    switch step {
    case .penalties: penalty.apply(to: &scores, history: history)
    case .dry: settings.dry.apply(to: &scores, history: history)
    case .topNSigma: scores.keepTopNSigma(settings.topNSigma)
    case .topK: scores.keepTopK(settings.topK)
    case .typicalP: scores.keepTypical(settings.typicalP)
    case .topP: scores.keepTopP(settings.topP)
    case .minP: scores.keepMinP(settings.minP)
    case .xtc: excludeTopChoices()
    case .temperature: applyTemperature()
    }
  }

  private mutating func excludeTopChoices() {
    if choiceRandom.uniformDouble() < Double(settings.xtcProbability) {
      scores.excludeTopChoices(threshold: settings.xtcThreshold)
    }
  }

  private mutating func applyTemperature() {
    let temperature = Double(settings.temperature)
    if settings.dynamicTemperatureRange > 0 {
      scores.applyDynamicTemperature(
        temperature, range: Double(settings.dynamicTemperatureRange),
        exponent: Double(settings.dynamicTemperatureExponent))
    } else {
      scores.applyTemperature(temperature)
    }
  }

  // MARK: Draw

  /// The candidate at `fraction` (0 ..< 1) of the probabilities laid end to end.
  private mutating func draw(_ fraction: Double) -> Int32 {
    var rest = fraction
    // Rounding can leave a rest behind the last one; then it goes to the last that is possible at all.
    var drawn: (id: Int32, probability: Double) = (0, 0)
    for (candidate, probability) in zip(scores.candidates, scores.probabilities()) where probability > 0 {
      drawn = (candidate.id, probability)
      rest -= probability
      if rest < 0 { break }
    }
    mirostat?.observe(drawn.probability)
    return drawn.id
  }

  /// The lowest id among the highest scores.
  private func best(of logits: UnsafeBufferPointer<Float>) throws(LMError) -> Int32 {
    if let best = LogitScan.best(of: logits) { return best.id }
    if let (index, value) = logits.enumerated().first(where: { !($0.element < .infinity) }) {
      throw invalid("the score of token \(index) is \(value.isNaN ? "not a number" : "infinite")")
    }
    throw invalid("no token has a finite score")
  }

  private func invalid(_ problem: String) -> LMError {
    LMError(
      at: "the model's scores", problem,
      remedy: "the weights are damaged or training diverged: take an earlier checkpoint or --precision fp32")
  }
}
