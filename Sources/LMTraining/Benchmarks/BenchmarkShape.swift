import LMTransformer

/// The sizes of a model and a batch on which kernels are measured: those of the peers' training benchmark.
public struct BenchmarkShape: Sendable, Equatable {
  /// Its name: `char-10M`.
  public let name: String
  /// Layers L.
  public let layers: Int
  /// Query heads H.
  public let heads: Int
  /// Key/value heads G.
  public let keyValueHeads: Int
  /// Width D.
  public let width: Int
  /// Hidden width F.
  public let hiddenWidth: Int
  /// Tokens T of a sequence.
  public let context: Int
  /// Vocabulary V.
  public let vocabulary: Int
  /// Sequences B of a batch.
  public let batch: Int
  /// RMSNorm, rotary positions and SwiGLU; else LayerNorm, learned positions and GELU.
  public let isLlama: Bool

  /// All four.
  public static let all = [
    BenchmarkShape(
      name: "char-0.8M", layers: 4, heads: 4, keyValueHeads: 4, width: 128, hiddenWidth: 512, context: 64,
      vocabulary: 65, batch: 12, isLlama: false),
    BenchmarkShape(
      name: "char-10M", layers: 6, heads: 6, keyValueHeads: 6, width: 384, hiddenWidth: 1536, context: 256,
      vocabulary: 65, batch: 16, isLlama: false),
    BenchmarkShape(
      name: "llama-30M", layers: 8, heads: 8, keyValueHeads: 2, width: 512, hiddenWidth: 1408, context: 512,
      vocabulary: 8192, batch: 4, isLlama: true),
    BenchmarkShape(
      name: "gpt2-124M", layers: 12, heads: 12, keyValueHeads: 12, width: 768, hiddenWidth: 3072, context: 64,
      vocabulary: 50257, batch: 4, isLlama: false),
  ]

  /// The same number of tokens in sequences of 512, 2,048 and 8,192, for attention alone.
  static let longContext = [512, 2048, 8192].map { context in
    BenchmarkShape(
      name: "long-context", layers: 1, heads: 8, keyValueHeads: 8, width: 512, hiddenWidth: 2048,
      context: context, vocabulary: 256, batch: 8192 / context, isLlama: true)
  }

  /// The shape called `name`.
  public static func named(_ name: String) -> BenchmarkShape? { all.first { $0.name == name } }

  /// The model: Llama's choices, or GPT-2's without biases; the head is the embedding.
  public var configuration: TransformerConfiguration {
    var c = TransformerConfiguration(
      vocabularySize: vocabulary, contextLength: context, width: width, layers: layers, heads: heads,
      keyValueHeads: keyValueHeads, hiddenWidth: hiddenWidth)
    guard !isLlama else { return c }
    c.norm = .layer
    c.position = .learned
    c.isGated = false
    c.activation = .gelu
    return c
  }

  /// Tokens B · T of a batch.
  public var tokens: Int { batch * context }
  /// Columns of queries, keys and values.
  var attentionWidth: Int { width + 2 * keyValueHeads * (width / heads) }
  /// Rows and depth of each weight matrix in use, with its name.
  var weights: [(name: String, rows: Int, depth: Int)] {
    [
      ("qkv", attentionWidth, width), ("out", width, width), ("up", hiddenWidth * (isLlama ? 2 : 1), width),
      ("down", width, hiddenWidth), ("head", vocabulary, width),
    ]
  }
  /// Trained values, the head tied to the embedding, norms left out.
  var parameterCount: Int {
    let block = weights.dropLast().reduce(0) { $0 + $1.rows * $1.depth }
    return layers * block + (vocabulary + (isLlama ? 0 : context)) * width
  }
}
