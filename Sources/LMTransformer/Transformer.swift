import LMAttention
import LMAutograd
import LMTensor

/// A Transformer of one stack: embedding, blocks, norm, head. A decoder where it is causal, else an encoder.
public final class Transformer {
  /// What it is made of.
  public let configuration: TransformerConfiguration
  /// `[V, D]`.
  public let embedding: Parameter
  /// `[T, D]` of learned or sinusoidal positions, or nil.
  public let positionTable: Parameter?
  /// `[segments, D]`, added to the embedding, or nil.
  public let segmentTable: Parameter?
  /// After the embedding, or nil.
  public let embeddingNorm: Norm?
  /// The layers.
  public let blocks: [TransformerBlock]
  /// Before the head, or nil when norms stand behind their sub-layers.
  public let finalNorm: Norm?
  /// `[V, D]`: the embedding table when tied.
  public let head: Parameter
  /// `[D, D]`, before the product with ``head``, or nil.
  public let headTransform: Linear?
  /// Behind ``headTransform``, or nil.
  public let headNorm: Norm?
  /// `[V]`, or nil.
  public let headBias: Parameter?
  /// `[D, D]` on the first token of a sequence, or nil.
  public let pooler: Linear?
  /// `[2, D]` on what the pooler gives, or nil.
  public let nextSentence: Linear?

  /// A model whose linear weights are zero: to be initialised or loaded. They take memory when they are first used.
  /// - Precondition: `configuration` is valid (``TransformerConfiguration/validate(at:)``).
  public init(_ configuration: TransformerConfiguration) {
    self.configuration = configuration
    let c = configuration
    embedding = Parameter("embedding.weight", shape: [c.vocabularySize, c.width], decays: true)
    switch c.position {
    case .learned:
      let rows = c.contextLength + c.positionOffset
      positionTable = Parameter("positions.weight", shape: [rows, c.width], decays: true)
    case .sinusoidal:
      let table = Parameter("positions.weight", shape: [c.contextLength, c.width], decays: false) {
        sinusoidalPositions(c.contextLength, width: c.width).copy(into: $0)
      }
      table.isTrainable = false
      positionTable = table
    case .rotary, .alibi:
      positionTable = nil
    }
    segmentTable =
      c.segments > 0 ? Parameter("segments.weight", shape: [c.segments, c.width], decays: true) : nil
    embeddingNorm = c.normsEmbedding ? Norm("embedding.norm", c) : nil
    let positions = AttentionPositions(c)
    blocks = (0..<c.layers).map { TransformerBlock($0, c, positions: positions) }
    finalNorm = c.hasFinalNorm ? Norm("norm", c) : nil
    head =
      c.tiesHead
      ? embedding : Parameter("head.weight", shape: [c.vocabularySize, c.width], decays: true)
    func linear(_ output: TransformerConfiguration.Outputs, _ name: String, outputs: Int) -> Linear? {
      c.outputs.contains(output) ? Linear(name, inputs: c.width, outputs: outputs, hasBias: true) : nil
    }
    headTransform = linear(.transform, "head.transform", outputs: c.width)
    headNorm = headTransform.map { _ in Norm("head.norm", c) }
    headBias =
      c.outputs.contains(.vocabularyBias)
      ? Parameter("head.bias", shape: [c.vocabularySize], decays: false) : nil
    pooler = linear(.pooler, "pooler", outputs: c.width)
    nextSentence = linear(.nextSentence, "next_sentence", outputs: 2)
  }

  /// Everything that is trained or stored, each once, in the order of the model.
  public var parameters: [Parameter] {
    var all = [embedding]
    if let positionTable, configuration.position == .learned { all.append(positionTable) }
    if let segmentTable { all.append(segmentTable) }
    all += embeddingNorm?.parameters ?? []
    for block in blocks { all += block.parameters }
    all += finalNorm?.parameters ?? []
    if !configuration.tiesHead { all.append(head) }
    all += (headTransform?.parameters ?? []) + (headNorm?.parameters ?? []) + (headBias.map { [$0] } ?? [])
    return all + (pooler?.parameters ?? []) + (nextSentence?.parameters ?? [])
  }

  /// The residual stream after the last norm.
  /// - Parameter ids: `[B · T]` in `0 ..< V`, T the tokens of `context`.
  /// - Returns: `[B · T, D]` of the context's precision.
  public func hidden(_ ids: [Int32], _ context: ForwardContext) -> Variable {
    let c = configuration
    var x = embedded(ids, context)
    if let embeddingNorm { x = embeddingNorm(x, .float32, context) }
    x = x.dropout(c.dropoutStream(place: 0, context), tape: context.tape)
    var context = context
    if c.seesWholePrompt, context.caches != nil {
      context.ranges = context.ranges.showing(
        prefixes: context.ranges.sequences.map { $0.offset == 0 ? $0.queries : 0 })
    }
    context.windowedRanges = c.window.map { context.ranges.limited(window: $0) }
    for block in blocks { x = block(x, context) }
    return finalNorm?(x, context.precision, context) ?? x
  }

  /// Rows of the table, scaled, with those of positions and segments.
  private func embedded(_ ids: [Int32], _ context: ForwardContext) -> Variable {
    let (c, tape) = (configuration, context.tape)
    let places = c.positionOffset == 0 ? context.places : context.places.map { $0 + Int32(c.positionOffset) }
    let positions = positionTable.map { ($0, places) }
    var x: Variable
    if c.embeddingScale == 1 {
      x = embedding.rows(ids, adding: positions, tape: tape)
    } else {
      x = embedding.rows(ids, tape: tape).scaled(c.embeddingScale, tape: tape)
      if let (table, rows) = positions { x = x.adding(table.rows(rows, tape: tape), tape: tape) }
    }
    guard let segmentTable else { return x }
    let segments = context.segments ?? [Int32](repeating: 0, count: ids.count)
    return x.adding(segmentTable.rows(segments, tape: tape), tape: tape)
  }

  /// Scores of every token of the vocabulary after each row: float32 `[B · T, V]`.
  public func logits(_ ids: [Int32], _ context: ForwardContext) -> Tensor {
    let x = transformed(hidden(ids, context), context).value
    let scores = Tensor([x.rowCount, configuration.vocabularySize])
    head.multiply(x, bias: headBias?.value, precision: context.precision, into: scores)
    if let cap = configuration.logitSoftCap { scores.softCapInPlace(cap) }
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
    vocabularyLoss(
      hidden(ids, context), targets: targets, smoothing: smoothing, gradientScale: gradientScale, context)
  }
}
