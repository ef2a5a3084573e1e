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
    /// Rotation of queries and keys (arXiv 2104.09864) with this base.
    case rotary(base: Double)
    /// A bias of the scores linear in the distance (arXiv 2108.12409).
    case alibi
  }

  /// Where norms stand.
  public enum NormPlacement: String, Sendable {
    /// x + f(norm(x)), and a norm before the head (arXiv 2002.04745).
    case pre
    /// norm(x + f(x)) (arXiv 1706.03762).
    case post
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
  /// Biases of LayerNorms and of all linear layers in the blocks.
  public var hasBiases = false
  /// RMSNorm of each query and key head (arXiv 2010.04245, as in Qwen3).
  public var normsQueriesAndKeys = false
  /// A norm right after the embedding (Bloom).
  public var normsEmbedding = false
  /// Whether the head is the embedding table.
  public var tiesHead = true
  /// Factor of each sub-layer's result before it joins the residual stream.
  public var residualScale: Float = 1
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
    AttentionShape(heads: heads, keyValueHeads: keyValueHeads, headWidth: headWidth)
  }
}
