import LMAttention
import LMAutograd

/// Everything that distinguishes one Transformer from another: sizes, and one choice per place where
/// families differ. Architecture is data; the arithmetic is in ``TransformerBlock``.
public struct TransformerConfiguration: Sendable, Equatable {
  /// How a token learns where it stands.
  public enum Position: Sendable, Equatable {
    /// A trained table, added to the embedding (GPT-2).
    case learned
    /// The fixed table of arXiv 1706.03762, added to the embedding.
    case sinusoidal
    /// Rotation of queries and keys (arXiv 2104.09864).
    case rotary(RotarySettings)
    /// A bias of the scores linear in the distance (arXiv 2108.12409).
    case alibi

    /// Rotation of whole heads with this base, nothing stretched.
    public static func rotary(base: Double) -> Position { .rotary(RotarySettings(base: base)) }
  }

  /// Which layers add biases to their products, and whether LayerNorms have them.
  public struct Biases: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// Queries, keys and values (alone in Qwen2).
    public static let attentionInput = Biases(rawValue: 1)
    /// The product behind attention.
    public static let attentionOutput = Biases(rawValue: 2)
    /// Both products of the feed-forward layer.
    public static let feedForward = Biases(rawValue: 4)
    /// LayerNorms; RMSNorms have none.
    public static let norms = Biases(rawValue: 8)
    /// Everywhere.
    public static let all: Biases = [.attentionInput, .attentionOutput, .feedForward, .norms]
  }

  /// What is computed from the hidden states.
  public struct Outputs: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// Scores of the vocabulary: a product with the embedding or with a table of its own.
    public static let vocabulary = Outputs(rawValue: 1)
    /// norm(f(x Wᵀ + b)) before that product, f the activation of the layers (BERT).
    public static let transform = Outputs(rawValue: 2)
    /// A bias `[V]` of that product.
    public static let vocabularyBias = Outputs(rawValue: 4)
    /// tanh(x Wᵀ + b) of the first token of a sequence.
    public static let pooler = Outputs(rawValue: 8)
    /// From that, whether the second segment continues the first (score 0) or not (score 1).
    public static let nextSentence = Outputs(rawValue: 16)
    /// A masked language model as BERT has it.
    public static let masked: Outputs = [.vocabulary, .transform, .vocabularyBias]
  }

  /// Where norms stand.
  public enum NormPlacement: String, Sendable {
    /// x + f(norm(x)), and a norm before the head (arXiv 2002.04745).
    case pre
    /// norm(x + f(x)) (arXiv 1706.03762).
    case post
    /// x + norm(f(norm(x))), and a norm before the head (Gemma 2, arXiv 2408.00118).
    case sandwich
  }

  /// Vocabulary V.
  public var vocabularySize: Int
  /// Longest sequence T for which the model was trained.
  public var contextLength: Int
  /// Width D of the residual stream.
  public var width: Int
  /// Layers L.
  public var layers: Int
  /// Query heads H.
  public var heads: Int
  /// Key/value heads G; divides H.
  public var keyValueHeads: Int
  /// Width d of a head.
  public var headWidth: Int
  /// Width F of the feed-forward layer.
  public var hiddenWidth: Int
  /// LayerNorm or RMSNorm.
  public var norm: NormKind = .rms
  /// Before or after each sub-layer.
  public var normPlacement: NormPlacement = .pre
  /// ε of every norm.
  public var normEpsilon: Float = 1e-5
  /// Positions.
  public var position: Position = .rotary(base: 10_000)
  /// Non-linearity of the feed-forward layer.
  public var activation: Activation = .silu
  /// Whether the feed-forward layer is gated: f(gate) · up.
  public var isGated = true
  /// Biases in the blocks.
  public var biases: Biases = []
  /// RMSNorm of each query and key head (arXiv 2010.04245, as in Qwen3).
  public var normsQueriesAndKeys = false
  /// A norm right after the embedding (Bloom).
  public var normsEmbedding = false
  /// Whether the head is the embedding table.
  public var tiesHead = true
  /// Factor of each sub-layer's result before it joins the residual stream.
  public var residualScale: Float = 1
  /// Whether both sub-layers read what enters the layer: x + attention(norm(x)) + feedForward(norm(x)), as in
  /// GPT-NeoX (arXiv 2204.06745).
  public var isParallel = false
  /// Whether a token sees only itself and what came before it; encoders see everything.
  public var isCausal = true
  /// Whether the tokens of a prompt also see those behind them in it (prefix LM, arXiv 1910.10683), where the model is
  /// causal otherwise.
  public var seesWholePrompt = false
  /// Keys that a query of a windowed layer sees, itself included (arXiv 2004.05150); nil: no layer has a window.
  public var window: Int?
  /// Which layers have the window, repeated over the layers.
  public var windowedLayers = [true]
  /// Base of the rotation in windowed layers, where it is another one there (Gemma 3, arXiv 2503.19786); their
  /// positions are never stretched then.
  public var windowedRotaryBase: Double?
  /// Which layers rotate queries and keys, repeated over the layers (SmolLM3 leaves every fourth out).
  public var rotatedLayers = [true]
  /// Factor of attention's scores; nil: 1/√d.
  public var attentionScale: Float?
  /// c in c · tanh(score / c), which bounds attention's scores (Gemma 2); nil: no bound.
  public var attentionSoftCap: Float?
  /// The same for the scores of the vocabulary.
  public var logitSoftCap: Float?
  /// Factor of the embedding (√D in Gemma).
  public var embeddingScale: Float = 1
  /// m in ALiBi's slopes, which go down to 2^(−m); above 0.
  public var alibiMaximum: Float = 8
  /// First row of a learned table of positions that is used: RoBERTa begins at 2.
  public var positionOffset = 0
  /// Kinds of segments with a row of their own that is added to the embedding (BERT); 0: none.
  public var segments = 0
  /// What stands on the hidden states.
  public var outputs: Outputs = .vocabulary
  /// Dropout after the embedding and each sub-layer, in training; in `0 ..< 1`.
  public var dropout: Float = 0

  /// Sizes, with the choices of the Llama family.
  public init(
    vocabularySize: Int, contextLength: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil,
    headWidth: Int? = nil, hiddenWidth: Int
  ) {
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.width = width
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.headWidth = headWidth ?? width / max(1, heads)
    self.hiddenWidth = hiddenWidth
  }

  /// Sizes of an attention layer.
  public var attentionShape: AttentionShape {
    AttentionShape(
      heads: heads, keyValueHeads: keyValueHeads, headWidth: headWidth, scale: attentionScale,
      softCap: attentionSoftCap)
  }

  /// Biases everywhere, or nowhere.
  public var hasBiases: Bool {
    get { biases == .all }
    set { biases = newValue ? .all : [] }
  }

  /// Keys that a query of this layer sees, nil for all of them.
  public func window(layer: Int) -> Int? {
    windowedLayers[layer % windowedLayers.count] ? window : nil
  }

  /// How this layer rotates queries and keys, nil if it does not.
  public func rotary(layer: Int) -> RotarySettings? {
    guard case .rotary(let settings) = position, rotatedLayers[layer % rotatedLayers.count] else {
      return nil
    }
    guard let base = windowedRotaryBase, window(layer: layer) != nil else { return settings }
    var own = settings
    (own.base, own.scaling) = (base, .none)
    return own
  }

  /// Whether a norm stands before the head.
  var hasFinalNorm: Bool { normPlacement != .post }
}
