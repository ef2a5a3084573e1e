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
  /// Of what the sub-layers give, before it joins the residual stream (`sandwich`), or nil.
  public let attentionOutputNorm: Norm?
  /// Of what the feed-forward layer gives, or nil.
  public let feedForwardOutputNorm: Norm?
  /// RMSNorm weights `[d]` of queries and keys, or nil.
  public let queryNorm: Parameter?
  /// RMSNorm weights `[d]` of keys, or nil.
  public let keyNorm: Parameter?

  private let configuration: TransformerConfiguration
  let rotary: RotaryPositions?
  private let bias: RelativeBias?

  init(_ index: Int, _ configuration: TransformerConfiguration, positions: AttentionPositions) {
    self.index = index
    self.configuration = configuration
    rotary = positions.rotary(layer: index, configuration)
    bias = positions.bias
    let (name, c, shape) = ("layers.\(index)", configuration, configuration.attentionShape)
    attentionNorm = Norm("\(name).attention.norm", c)
    attentionInput = Linear(
      "\(name).attention.input", inputs: c.width, outputs: shape.rowWidth,
      hasBias: c.biases.contains(.attentionInput))
    attentionOutput = Linear(
      "\(name).attention.output", inputs: shape.queryWidth, outputs: c.width,
      hasBias: c.biases.contains(.attentionOutput))
    feedForwardNorm = Norm("\(name).feed_forward.norm", c)
    feedForwardInput = Linear(
      "\(name).feed_forward.input", inputs: c.width, outputs: c.hiddenWidth * (c.isGated ? 2 : 1),
      hasBias: c.biases.contains(.feedForward))
    feedForwardOutput = Linear(
      "\(name).feed_forward.output", inputs: c.hiddenWidth, outputs: c.width,
      hasBias: c.biases.contains(.feedForward))
    let isSandwich = c.normPlacement == .sandwich
    attentionOutputNorm = isSandwich ? Norm("\(name).attention.output_norm", c) : nil
    feedForwardOutputNorm = isSandwich ? Norm("\(name).feed_forward.output_norm", c) : nil
    func headNorm(_ part: String) -> Parameter? {
      guard c.normsQueriesAndKeys else { return nil }
      return Parameter("\(name).attention.\(part)_norm.weight", shape: [c.headWidth], decays: false) {
        $0.floats.update(repeating: 1)
      }
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
    let first = SubLayer(
      norm: attentionNorm, layer: attention, output: attentionOutput, outputNorm: attentionOutputNorm,
      place: 2 * index)
    let second = SubLayer(
      norm: feedForwardNorm, layer: feedForward, output: feedForwardOutput, outputNorm: feedForwardOutputNorm,
      place: 2 * index + 1)
    let attended = sum(first, reading: x, onto: x, context)
    return sum(second, reading: configuration.isParallel ? x : attended, onto: attended, context)
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
    if let rotary {
      rows = rotary.rotate(
        rows, heads: shape.heads + shape.keyValueHeads, headWidth: shape.headWidth, places: context.places,
        tape: context.tape)
    }
    let isWindowed = configuration.window(layer: index) != nil
    let ranges = isWindowed ? context.windowedRanges ?? context.ranges : context.ranges
    guard let caches = context.caches else {
      return rows.attention(shape, ranges: ranges, bias: bias, tape: context.tape)
    }
    return rows.attention(shape, ranges: ranges, bias: bias, caches: caches, layer: index)
  }

  /// f(x W₁ᵀ), or f(gate) · up: `[M, D]` → `[M, F]`.
  private func feedForward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let hidden = feedForwardInput(x, context)
    return configuration.isGated
      ? hidden.gated(configuration.activation, tape: context.tape)
      : hidden.activated(configuration.activation, tape: context.tape)
  }

  /// One sub-layer with what surrounds it.
  private struct SubLayer {
    let norm: Norm
    let layer: (Variable, ForwardContext) -> Variable
    let output: Linear
    let outputNorm: Norm?
    let place: Int
  }

  /// y + output(layer(norm(x))), perhaps with a norm of what is added; or norm(y + output(layer(x))) with the norm
  /// behind. x and y are one but in parallel layers.
  private func sum(
    _ part: SubLayer, reading x: Variable, onto y: Variable, _ context: ForwardContext
  ) -> Variable {
    let isPost = configuration.normPlacement == .post
    let input = isPost ? x : part.norm(x, context.precision, context)
    let inner = part.layer(input, context)
    if !isPost { input.release() }
    let dropout = configuration.dropoutStream(place: part.place + 1, context)
    let sum: Variable
    if dropout == nil && configuration.residualScale == 1 && part.outputNorm == nil {
      sum = part.output(inner, residual: y, context)
    } else {
      var branch = part.output(inner, context)
      if let norm = part.outputNorm { branch = norm(branch, .float32, context) }
      branch = branch.dropout(dropout, tape: context.tape)
      sum = y.adding(branch.scaled(configuration.residualScale, tape: context.tape), tape: context.tape)
    }
    inner.release()
    return isPost ? part.norm(sum, .float32, context) : sum
  }

  var parameters: [Parameter] {
    var all = attentionNorm.parameters + attentionInput.parameters
    if let queryNorm, let keyNorm { all += [queryNorm, keyNorm] }
    all += attentionOutput.parameters + (attentionOutputNorm?.parameters ?? [])
    all += feedForwardNorm.parameters + feedForwardInput.parameters + feedForwardOutput.parameters
    return all + (feedForwardOutputNorm?.parameters ?? [])
  }
}

/// Positions that act inside attention, shared by all layers.
struct AttentionPositions {
  private let rotary: [(settings: RotarySettings, positions: RotaryPositions)]
  let bias: RelativeBias?

  init(_ c: TransformerConfiguration) {
    var all: [(settings: RotarySettings, positions: RotaryPositions)] = []
    for settings in (0..<c.layers).compactMap(c.rotary)
    where !all.contains(where: { $0.settings == settings }) {
      all.append((settings, RotaryPositions(settings, headWidth: c.headWidth)))
    }
    rotary = all
    bias =
      c.position == .alibi
      ? .alibi(heads: c.heads, maximum: c.alibiMaximum) : nil
  }

  /// How `layer` rotates queries and keys, or nil.
  func rotary(layer: Int, _ configuration: TransformerConfiguration) -> RotaryPositions? {
    let settings = configuration.rotary(layer: layer)
    return rotary.first { $0.settings == settings }?.positions
  }
}

extension TransformerConfiguration {
  /// The stream of one place of the model in the step that `context` names; nil where nothing is dropped.
  func dropoutStream(place: Int, _ context: ForwardContext) -> DropoutStream? {
    guard dropout > 0, let seed = context.dropoutSeed else { return nil }
    return DropoutStream(probability: dropout, seed: seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15)
  }
}
