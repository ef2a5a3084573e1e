import LMAttention
import LMAutograd
import LMData
import LMTensor
import LMTransformer

/// What a model makes of held-out text.
public struct Measurement: Sendable, Equatable {
  /// Mean loss, nats per predicted token.
  public var loss: Double
  /// Share of predicted tokens that have the highest score.
  public var accuracy: Double?
  /// Mean loss of whether one text continues another, nats per pair; nil where nobody asked.
  public var sentenceLoss: Double?
  /// Share of those answers that are right.
  public var sentenceAccuracy: Double?

  /// The given values.
  public init(
    loss: Double, accuracy: Double? = nil, sentenceLoss: Double? = nil, sentenceAccuracy: Double? = nil
  ) {
    self.loss = loss
    self.accuracy = accuracy
    self.sentenceLoss = sentenceLoss
    self.sentenceAccuracy = sentenceAccuracy
  }
}

extension ForwardContext {
  /// The sequences of a batch, each from position 0; sequences of unequal length lie packed in one row.
  init(_ batch: TokenBatch, isCausal: Bool, precision: DType, tape: Tape? = nil, dropoutSeed: UInt64? = nil) {
    if batch.isRectangular {
      self.init(
        batch: batch.sequences, tokens: batch.tokens, isCausal: isCausal, precision: precision, tape: tape,
        dropoutSeed: dropoutSeed)
      if let prefixes = batch.prefixes { ranges = ranges.showing(prefixes: prefixes) }
    } else {
      precondition(batch.prefixes == nil, "ForwardContext: prefixes of sequences of unequal length")
      self.init(
        lengths: batch.lengths, isCausal: isCausal, precision: precision, tape: tape,
        dropoutSeed: dropoutSeed)
    }
    segments = batch.segments
  }
}

extension Transformer {
  /// The losses of a batch: of its tokens, and of its pairs of sentences, which add up to what is trained.
  func losses(
    _ batch: TokenBatch, smoothing: Float = 0, scale: Float = 1, sentenceScale: Float = 1,
    _ context: ForwardContext
  ) -> (tokens: LossSum, sentences: LossSum) {
    let hidden = hidden(batch.ids, context)
    let tokens = vocabularyLoss(
      hidden, targets: batch.targets, smoothing: smoothing, gradientScale: scale, context)
    guard !batch.sentences.isEmpty else { return (tokens, LossSum()) }
    let sentences = nextSentenceLoss(
      hidden, targets: batch.sentences, gradientScale: sentenceScale, context)
    return (tokens, sentences)
  }
}
