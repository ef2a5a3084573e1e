import LMAttention
import LMAutograd
import LMTensor

/// A decoder-only Transformer: embedding, blocks, norm, head.
public final class Transformer {
  /// What it is made of.
  public let configuration: TransformerConfiguration
  /// `[V, D]`.
  public let embedding: Parameter
  /// `[T, D]` of learned or sinusoidal positions, or nil.
  public let positionTable: Parameter?
  /// After the embedding, or nil.
  public let embeddingNorm: Norm?
  /// The layers.
  public let blocks: [TransformerBlock]
  /// Before the head, or nil when norms stand behind their sub-layers.
  public let finalNorm: Norm?
  /// `[V, D]`: the embedding table when tied.
  public let head: Parameter

  /// A model whose linear weights are zero: to be initialised or loaded.
  /// - Precondition: `configuration` is valid (``TransformerConfiguration/validate(at:)``).
  public init(_ configuration: TransformerConfiguration) {
    self.configuration = configuration
    let c = configuration
    embedding = Parameter("embedding.weight", Tensor.zeros([c.vocabularySize, c.width]), decays: true)
    switch c.position {
    case .learned:
      positionTable = Parameter("positions.weight", Tensor.zeros([c.contextLength, c.width]), decays: true)
    case .sinusoidal:
      let table = Parameter(
        "positions.weight", sinusoidalPositions(c.contextLength, width: c.width), decays: false)
      table.isTrainable = false
      positionTable = table
    case .rotary, .alibi:
      positionTable = nil
    }
    embeddingNorm = c.normsEmbedding ? Norm("embedding.norm", c) : nil
    let positions = AttentionPositions(c)
    blocks = (0..<c.layers).map { TransformerBlock($0, c, positions: positions) }
    finalNorm = c.normPlacement == .pre ? Norm("norm", c) : nil
    head =
      c.tiesHead
      ? embedding : Parameter("head.weight", Tensor.zeros([c.vocabularySize, c.width]), decays: true)
  }

  /// Everything that is trained or stored, each once, in the order of the model.
  public var parameters: [Parameter] {
    var all = [embedding]
    if let positionTable, positionTable.isTrainable { all.append(positionTable) }
    all += embeddingNorm?.parameters ?? []
    for block in blocks { all += block.parameters }
    all += finalNorm?.parameters ?? []
    if !configuration.tiesHead { all.append(head) }
    return all
  }

  /// The residual stream after the last norm.
  /// - Parameter ids: `[B · T]` in `0 ..< V`, T the tokens of `context`.
  /// - Returns: `[B · T, D]` of the context's precision.
  public func hidden(_ ids: [Int32], _ context: ForwardContext) -> Variable {
    var x = embedding.rows(ids, adding: positionTable.map { ($0, context.places) }, tape: context.tape)
    if let embeddingNorm { x = embeddingNorm(x, .float32, context) }
    x = x.dropout(configuration.dropoutStream(place: 0, context), tape: context.tape)
    for block in blocks { x = block(x, context) }
    return finalNorm?(x, context.precision, context) ?? x
  }

  /// Scores of every token of the vocabulary after each row: float32 `[B · T, V]`.
  public func logits(_ ids: [Int32], _ context: ForwardContext) -> Tensor {
    let x = hidden(ids, context).value
    let scores = Tensor([x.rowCount, configuration.vocabularySize])
    MatrixProduct.multiply(
      .rows(of: x), .rows(of: head.value), precision: context.precision, into: MatrixResult(scores))
    return scores
  }

  /// Cross-entropy against `targets` `[B · T]` (below 0: not counted), the logits never held as a whole.
  ///
  /// With a tape in the context the gradients of `gradientScale` · Σ losses reach all parameters when the
  /// tape runs.
  public func loss(
    _ ids: [Int32], targets: [Int32], smoothing: Float = 0, gradientScale: Float = 1,
    _ context: ForwardContext
  ) -> LossSum {
    hidden(ids, context).linearCrossEntropy(
      head, targets: targets, smoothing: smoothing, gradientScale: gradientScale,
      precision: context.precision, tape: context.tape)
  }
}
