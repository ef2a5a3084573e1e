import LMAutograd
import LMRuntime

/// GPT-2 (Radford et al. 2019): LayerNorm, learned positions, GELU, biases, tied head.
public enum GPT2Family: ModelFamily {
  public static let modelType = "gpt2"
  public static let architecture = "GPT2LMHeadModel"

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if c.position != .learned { return "positions are not learned" }
    return classicMisfit(c, activations: [.geluTanh, .gelu, .relu])
  }

  /// What GPT-2 and Bloom agree on.
  static func classicMisfit(_ c: TransformerConfiguration, activations: [Activation]) -> String? {
    if let misfit = c.rareMisfit(allowing: []) { return misfit }
    if c.norm != .layer { return "norms are not LayerNorm" }
    if c.normPlacement != .pre { return "norms stand behind their layers" }
    if c.isGated || !activations.contains(c.activation) {
      return "the feed-forward layer is gated or another"
    }
    if c.heads != c.keyValueHeads { return "key/value heads are shared" }
    if c.heads * c.headWidth != c.width { return "heads do not fill the width" }
    if c.normsQueriesAndKeys { return "queries and keys are normed" }
    if !c.tiesHead { return "the head is not the embedding" }
    return c.residualScale == 1 ? nil : "residuals are scaled"
  }

  private static let activations: [(name: String, kind: Activation)] = [
    ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("gelu", .gelu), ("relu", .relu),
  ]

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let size = 1...(1 << 30)
    let width = try config["n_embd"].integer(in: size)
    var c = TransformerConfiguration(
      vocabularySize: try config["vocab_size"].integer(in: size),
      contextLength: try config["n_positions"].integer(in: size), width: width,
      layers: try config["n_layer"].integer(in: size), heads: try config["n_head"].integer(in: size),
      hiddenWidth: try config.optional("n_inner")?.integer(in: size) ?? 4 * width)
    let name = try config.optional("activation_function")?.string() ?? "gelu_new"
    guard let activation = activations.first(where: { $0.name == name }) else {
      throw config.unsupported("activation_function \"\(name)\"", "use a model with gelu_new, gelu or relu")
    }
    for key in ["scale_attn_by_inverse_layer_idx", "add_cross_attention"] {
      if try config.optional(key)?.bool() == true { throw config.unsupported(key, "use a plain GPT-2") }
    }
    c.classic(activation: activation.kind)
    c.normEpsilon = Float(try config.optional("layer_norm_epsilon")?.double() ?? 1e-5)
    c.position = .learned
    c.tiesHead = try config.optional("tie_word_embeddings")?.bool() ?? true
    guard c.tiesHead else {
      throw config.unsupported("a head of its own", "use a model with tied embeddings")
    }
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["n_positions"] = .integer(c.contextLength)
    config["n_embd"] = .integer(c.width)
    config["n_layer"] = .integer(c.layers)
    config["n_head"] = .integer(c.heads)
    config["n_inner"] = .integer(c.hiddenWidth)
    config["activation_function"] = .string(activations.first { $0.kind == c.activation }?.name ?? "gelu_new")
    config["layer_norm_epsilon"] = .number(Double(String(c.normEpsilon)) ?? 1e-5)
    config["attn_pdrop"] = .number(0)
    config["embd_pdrop"] = .number(Double(String(c.dropout)) ?? 0)
    config["resid_pdrop"] = .number(Double(String(c.dropout)) ?? 0)
    config["tie_word_embeddings"] = .bool(true)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    [
      WeightName("transformer.wte.weight", "embedding.weight"),
      WeightName("transformer.wpe.weight", "positions.weight"),
      WeightName("transformer.ln_f.weight", "norm.weight"),
      WeightName("transformer.ln_f.bias", "norm.bias", zeros: [c.width]),
    ]
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    let (file, own) = ("transformer.h.\(layer)", "layers.\(layer)")
    let layers: [(String, String, Int, WeightName.Layout)] = [
      ("ln_1", "attention.norm", c.width, .plain),
      ("attn.c_attn", "attention.input", 3 * c.width, .transposed),
      ("attn.c_proj", "attention.output", c.width, .transposed),
      ("ln_2", "feed_forward.norm", c.width, .plain),
      ("mlp.c_fc", "feed_forward.input", c.hiddenWidth, .transposed),
      ("mlp.c_proj", "feed_forward.output", c.width, .transposed),
    ]
    return layers.flatMap { theirs, ours, outputs, layout in
      [
        WeightName("\(file).\(theirs).weight", "\(own).\(ours).weight", layout: layout),
        WeightName("\(file).\(theirs).bias", "\(own).\(ours).bias", zeros: [outputs]),
      ]
    }
  }
}

extension TransformerConfiguration {
  /// LayerNorm before each layer, biases, no gate: GPT-2 and Bloom.
  mutating func classic(activation: Activation) {
    norm = .layer
    normPlacement = .pre
    hasBiases = true
    isGated = false
    self.activation = activation
  }
}
