/// What is known after one training step.
public struct MetricsRecord: Sendable, Equatable {
  /// Steps done, counted from 1.
  public var step: Int
  /// Mean training loss of the step, nats per token; not finite where the step diverged.
  public var loss: Double
  /// Mean loss of the held-out text, nats per token; nil where it was not measured at this step.
  public var validationLoss: Double?
  /// Share of held-out predicted tokens that have the highest score, where it was measured.
  public var validationAccuracy: Double?
  /// Mean training loss of pairs of sentences, nats per pair; nil where there are none.
  public var sentenceLoss: Double?
  /// The same of held-out pairs, where it was measured.
  public var validationSentenceLoss: Double?
  /// Share of held-out pairs that were told right, where it was measured.
  public var validationSentenceAccuracy: Double?
  /// Learning rate of the update.
  public var learningRate: Double
  /// Global norm of the gradient before clipping.
  public var gradientNorm: Double
  /// Tokens trained on since the beginning of the run.
  public var tokens: Int
  /// Tokens per second of this step.
  public var tokensPerSecond: Double
  /// Seconds of training since the beginning of the run.
  public var seconds: Double
  /// True where the update was left out because loss or gradient was not finite.
  public var skipped: Bool

  /// A record of one step.
  public init(
    step: Int, loss: Double, validationLoss: Double? = nil, learningRate: Double, gradientNorm: Double,
    tokens: Int, tokensPerSecond: Double, seconds: Double, skipped: Bool = false
  ) {
    self.step = step
    self.loss = loss
    self.validationLoss = validationLoss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.tokens = tokens
    self.tokensPerSecond = tokensPerSecond
    self.seconds = seconds
    self.skipped = skipped
  }

  /// Puts what was measured into the record.
  mutating func note(_ measured: Measurement) {
    validationLoss = measured.loss
    validationAccuracy = measured.accuracy
    validationSentenceLoss = measured.sentenceLoss
    validationSentenceAccuracy = measured.sentenceAccuracy
  }

  /// Members that stand only where they were measured, by their keys in `metrics.jsonl`.
  static var measuredMembers: [(key: String, path: WritableKeyPath<MetricsRecord, Double?>)] {
    [
      ("validation_loss", \.validationLoss), ("validation_accuracy", \.validationAccuracy),
      ("sentence_loss", \.sentenceLoss), ("validation_sentence_loss", \.validationSentenceLoss),
      ("validation_sentence_accuracy", \.validationSentenceAccuracy),
    ]
  }
}
