import LMAttention
import LMAutograd
import LMTensor

/// One layer: attention and feed-forward, each around the residual stream.
public final class TransformerBlock {
  /// Index of the layer, from 0.
  public let index: Int
  /// Queries, keys and values in one product: `[(H + 2G) d, D]`.
  public let attentionInput: Linear
  /// `[D, H d]`.
  public let attentionOutput: Linear
  /// `[F, D]`, or `[2F, D]` (gate above up) when gated.
  public let feedForwardInput: Linear
  /// `[D, F]`.
  public let feedForwardOutput: Linear
  /// Norms of the two sub-layers.
  public let attentionNorm: Norm
  /// Before or after the feed-forward layer.
  public let feedForwardNorm: Norm
  /// RMSNorm weights `[d]` of queries and keys, or nil.
  public let queryNorm: Parameter?
  /// RMSNorm weights `[d]` of keys, or nil.
  public let keyNorm: Parameter?

  private let configuration: TransformerConfiguration
  let positions: AttentionPositions

  init(_ index: Int, _ configuration: TransformerConfiguration, positions: AttentionPositions) {
    self.index = index
    self.configuration = configuration
    self.positions = positions
    let (name, c, shape) = ("layers.\(index)", configuration, configuration.attentionShape)
    attentionNorm = Norm("\(name).attention.norm", c)
    attentionInput = Linear(
      "\(name).attention.input", inputs: c.width, outputs: shape.rowWidth, hasBias: c.hasBiases)
    attentionOutput = Linear(
      "\(name).attention.output", inputs: shape.queryWidth, outputs: c.width, hasBias: c.hasBiases)
    feedForwardNorm = Norm("\(name).feed_forward.norm", c)
    feedForwardInput = Linear(
      "\(name).feed_forward.input", inputs: c.width, outputs: c.hiddenWidth * (c.isGated ? 2 : 1),
      hasBias: c.hasBiases)
    feedForwardOutput = Linear(
      "\(name).feed_forward.output", inputs: c.hiddenWidth, outputs: c.width, hasBias: c.hasBiases)
    func headNorm(_ part: String) -> Parameter? {
      guard c.normsQueriesAndKeys else { return nil }
      let ones = Tensor([Float](repeating: 1, count: c.headWidth), shape: [c.headWidth])
      return Parameter("\(name).attention.\(part)_norm.weight", ones, decays: false)
    }
    queryNorm = headNorm("query")
    keyNorm = headNorm("key")
  }

  /// The residual stream `[M, D]` after this layer; with `context.checkpointsBlocks` only `x` is kept for
  /// backward, which then runs this layer again (Chen et al., arXiv 1604.06174): the same operations on the
  /// same operands, so the same bits.
  func callAsFunction(_ x: Variable, _ context: ForwardContext) -> Variable {
    guard let tape = context.tape, context.checkpointsBlocks else { return layers(x, context) }
    func recorded(_ x: Variable) -> (result: Variable, tape: Tape) {
      var own = context
      let tape = Tape()
      own.tape = tape
      return (layers(x, own), tape)
    }
    let input = x.value
    let output = Variable(recorded(Variable(input)).result.value)
    tape.record(output) { gradient in
      let copy = Variable(input)
      let (result, own) = recorded(copy)
      result.addGradient(gradient)
      own.backward()
      if let gradient = copy.takeGradient() { x.addGradient(gradient) }
    }
    return output
  }

  /// Both sub-layers.
  private func layers(_ x: Variable, _ context: ForwardContext) -> Variable {
    let attended = residual(x, attentionNorm, attention, attentionOutput, 2 * index, context)
    return residual(attended, feedForwardNorm, feedForward, feedForwardOutput, 2 * index + 1, context)
  }

  /// softmax(Q Kᵀ / √d) V of the normed stream: `[M, D]` → `[M, H d]`.
  private func attention(_ x: Variable, _ context: ForwardContext) -> Variable {
    let shape = configuration.attentionShape
    var rows = attentionInput(x, context)  // [M, (H + 2G) d]
    if let queryNorm, let keyNorm {
      rows = rows.headNorm(
        [(0, shape.heads, queryNorm), (shape.queryWidth, shape.keyValueHeads, keyNorm)],
        epsilon: configuration.normEpsilon, tape: context.tape)
    }
    if let rotary = positions.rotary {
      rows = rotary.rotate(
        rows, heads: shape.heads + shape.keyValueHeads, headWidth: shape.headWidth, places: context.places,
        tape: context.tape)
    }
    guard let caches = context.caches else {
      return rows.attention(shape, ranges: context.ranges, bias: positions.bias, tape: context.tape)
    }
    return rows.attention(
      shape, ranges: context.ranges, bias: positions.bias, caches: caches, layer: index)
  }

  /// f(x W₁ᵀ), or f(gate) · up: `[M, D]` → `[M, F]`.
  private func feedForward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let hidden = feedForwardInput(x, context)
    return configuration.isGated
      ? hidden.gated(configuration.activation, tape: context.tape)
      : hidden.activated(configuration.activation, tape: context.tape)
  }

  /// x + output(layer(norm(x))), or norm(x + output(layer(x))) with the norm behind.
  private func residual(
    _ x: Variable, _ norm: Norm, _ layer: (Variable, ForwardContext) -> Variable, _ output: Linear,
    _ place: Int, _ context: ForwardContext
  ) -> Variable {
    let isPre = configuration.normPlacement == .pre
    let input = isPre ? norm(x, context.precision, context) : x
    let inner = layer(input, context)
    if isPre { input.release() }
    let dropout = configuration.dropoutStream(place: place + 1, context)
    let sum: Variable
    if dropout == nil && configuration.residualScale == 1 {
      sum = output(inner, residual: x, context)
    } else {
      let branch = output(inner, context).dropout(dropout, tape: context.tape)
      sum = x.adding(branch.scaled(configuration.residualScale, tape: context.tape), tape: context.tape)
    }
    inner.release()
    return isPre ? sum : norm(sum, .float32, context)
  }

  var parameters: [Parameter] {
    var all = attentionNorm.parameters + attentionInput.parameters
    if let queryNorm, let keyNorm { all += [queryNorm, keyNorm] }
    return all + attentionOutput.parameters + feedForwardNorm.parameters + feedForwardInput.parameters
      + feedForwardOutput.parameters
  }
}

/// Positions that act inside attention, shared by all layers.
struct AttentionPositions {
  let rotary: RotaryPositions?
  let bias: RelativeBias?

  init(_ configuration: TransformerConfiguration) {
    if case .rotary(let base) = configuration.position {
      rotary = RotaryPositions(rotaryWidth: configuration.headWidth, base: base)
    } else {
      rotary = nil
    }
    bias = configuration.position == .alibi ? .alibi(heads: configuration.heads) : nil
  }
}

extension TransformerConfiguration {
  /// The stream of one place of the model in the step that `context` names; nil where nothing is dropped.
  func dropoutStream(place: Int, _ context: ForwardContext) -> DropoutStream? {
    guard dropout > 0, let seed = context.dropoutSeed else { return nil }
    return DropoutStream(probability: dropout, seed: seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15)
  }
}
