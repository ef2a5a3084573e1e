import ArgumentParser
import LMAutograd
import LMRuntime
import LMTransformer

/// Sizes and choices of a new model.
struct ModelOptions: ParsableArguments {
  /// What transformers opens the result as.
  enum Family: String, ExpressibleByArgument, CaseIterable {
    case llama, smollm3, mistral, qwen2, qwen3, gemma2, gemma3, gpt2
    case neox = "gpt_neox"
    case bloom, mpt, bert, distilbert
  }
  enum Position: String, ExpressibleByArgument, CaseIterable { case rope, alibi, learned, sinusoidal }
  enum NormChoice: String, ExpressibleByArgument, CaseIterable { case rms, layer }
  enum NormPlace: String, ExpressibleByArgument, CaseIterable { case pre, post }
  enum FeedForward: String, ExpressibleByArgument, CaseIterable {
    case relu, gelu, geluTanh = "gelu-tanh", swiglu
  }

  @Option(
    help: """
      \(Family.allCases.map(\.rawValue).joined(separator: ", ")): sets norm, positions, feed-forward, windows.
      """)
  var family = Family.llama
  @Option(help: "Layers.") var layers = 6
  @Option(help: "Query heads.") var heads = 8
  @Option(help: "Key/value heads (default: as many as query heads).") var kvHeads: Int?
  @Option(help: "Width of the residual stream.") var width = 256
  @Option(help: "Width of a head (default: width / heads).") var headWidth: Int?
  @Option(help: "Width of the feed-forward layer (default: 4 × width, 8/3 × width when gated).") var hidden:
    Int?
  @Option(help: "Longest sequence, in tokens.") var context = 256
  @Option(help: "rope, alibi, learned or sinusoidal (default: the family's).") var position: Position?
  @Option(help: "Base of rotary positions.") var ropeBase = 10_000.0
  @Option(help: "rms or layer (default: the family's).") var norm: NormChoice?
  @Option(help: "Norms before (pre) or behind (post) each layer (default: the family's).")
  var normPlacement: NormPlace?
  @Option(help: "relu, gelu, gelu-tanh or swiglu (default: the family's).") var feedForward: FeedForward?
  @Flag(help: "Norm queries and keys (qwen3 always does).") var qkNorm = false
  @Flag(help: "No biases where the family has them.") var noBiases = false
  @Flag(help: "A head of its own instead of the embedding table.") var untiedHead = false
  @Option(help: "Factor of each layer's result before it joins the residual stream.") var residualScale:
    Float = 1
  @Option(help: "Dropout, 0 to below 1.") var dropout: Float = 0

  /// The configuration; the vocabulary is set when the tokenizer is known.
  func configuration() throws -> TransformerConfiguration {
    if heads > 0, width > 0, headWidth == nil, width % heads != 0 {
      let divisors = (1...min(width, 256)).filter { width % $0 == 0 }.map(String.init).joined(separator: ", ")
      throw LMError(
        .usage, at: "--heads", "\(heads) does not divide --width \(width)", remedy: "use one of \(divisors)")
    }
    var c = TransformerConfiguration(
      vocabularySize: 256, contextLength: context, width: width, layers: layers, heads: heads,
      keyValueHeads: kvHeads, headWidth: headWidth, hiddenWidth: hidden ?? 1)
    family.choose(&c)
    if noBiases { c.biases = [] }
    switch position {
    case nil:
      if case .rotary(var settings) = c.position {
        settings.base = ropeBase
        c.position = .rotary(settings)
      }
    case .rope: c.position = .rotary(base: ropeBase)
    case .alibi: c.position = .alibi
    case .learned: c.position = .learned
    case .sinusoidal: c.position = .sinusoidal
    }
    if let norm { c.norm = norm == .rms ? .rms : .layer }
    if let normPlacement { c.normPlacement = normPlacement == .pre ? .pre : .post }
    if let feedForward {
      c.isGated = feedForward == .swiglu
      c.activation = [.relu: .relu, .gelu: .gelu, .geluTanh: .geluTanh, .swiglu: .silu][feedForward] ?? .gelu
    }
    if qkNorm { c.normsQueriesAndKeys = true }
    c.tiesHead = !untiedHead
    c.residualScale = residualScale
    c.dropout = dropout
    // Absurd widths are left as they are: validation names them.
    if hidden == nil, (1...1 << 30).contains(width) {
      c.hiddenWidth = c.isGated ? (width * 8 / 3 + 15) / 16 * 16 : 4 * width
    }
    do {
      try c.validate(at: "the model")
    } catch {
      throw LMError(.usage, at: error.place, error.problem, remedy: error.remedy)
    }
    return c
  }
}
