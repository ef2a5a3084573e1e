import LMAttention
import LMAutograd
import LMTensor

/// What is computed from the hidden states: scores of the vocabulary, the pooled first token, and scores of the
/// next sentence.
extension Transformer {
  /// What the product with the vocabulary reads: norm(f(x Wᵀ + b)), or x where there is no such layer.
  func transformed(_ x: Variable, _ context: ForwardContext) -> Variable {
    guard let headTransform, let headNorm else { return x }
    let inner = headTransform(x, context).activated(configuration.activation, tape: context.tape)
    return headNorm(inner, context.precision, context)
  }

  /// ``loss(_:targets:smoothing:gradientScale:_:)`` on hidden states `[B · T, D]`.
  ///
  /// Where most targets do not count, as in masked language modelling, the head works on the others only.
  public func vocabularyLoss(
    _ hidden: Variable, targets: [Int32], smoothing: Float = 0, gradientScale: Float,
    _ context: ForwardContext
  ) -> LossSum {
    var (x, targets) = (hidden, targets)
    let counted = targets.indices.filter { targets[$0] >= 0 }
    if 2 * counted.count < targets.count {
      x = x.selecting(counted.map(Int32.init), tape: context.tape)
      targets = counted.map { targets[$0] }
    }
    return transformed(x, context).linearCrossEntropy(
      head, bias: headBias, softCap: configuration.logitSoftCap, targets: targets, smoothing: smoothing,
      gradientScale: gradientScale, precision: context.precision, tape: context.tape)
  }

  /// tanh(x Wᵀ + b) of the first token of each sequence of the context.
  /// - Precondition: The model has a pooler, and all sequences begin in this context.
  /// - Returns: `[B, D]` of the context's precision.
  public func pooled(_ hidden: Variable, _ context: ForwardContext) -> Variable {
    guard let pooler else { preconditionFailure("pooled: the model has no pooler") }
    let first = context.places.indices.filter { context.places[$0] == 0 }.map(Int32.init)
    return pooler(hidden.selecting(first, tape: context.tape), context).activated(.tanh, tape: context.tape)
  }

  /// Scores of pooled sequences `[B, D]`: float32 `[B, 2]`, that the second segment continues the first, and that
  /// it does not.
  /// - Precondition: The model has this head.
  public func nextSentenceScores(_ pooled: Variable, _ context: ForwardContext) -> Tensor {
    guard let nextSentence else { preconditionFailure("nextSentenceScores: the model has no such head") }
    return nextSentence(pooled, context).value.converted(to: .float32)
  }

  /// Cross-entropy of those scores against `targets` `[B]` (0: continues, 1: does not; below 0: not counted).
  public func nextSentenceLoss(
    _ hidden: Variable, targets: [Int32], gradientScale: Float, _ context: ForwardContext
  ) -> LossSum {
    guard let nextSentence else { preconditionFailure("nextSentenceLoss: the model has no such head") }
    return pooled(hidden, context).linearCrossEntropy(
      nextSentence.weight, bias: nextSentence.bias, targets: targets, gradientScale: gradientScale,
      precision: context.precision, tape: context.tape)
  }
}
