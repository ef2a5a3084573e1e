import LMAutograd
import LMRuntime

/// GPT-2 (Radford et al. 2019): LayerNorm, learned positions, GELU, biases.
public enum GPT2Family: ModelFamily {
  public static let modelType = "gpt2"
  public static let architecture = "GPT2LMHeadModel"

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if c.position != .learned { return "positions are not learned" }
    return classicMisfit(c, activations: Activation.allCases)
  }

  /// What GPT-2, Bloom, GPT-NeoX and MPT agree on.
  static func classicMisfit(
    _ c: TransformerConfiguration, allowing rare: Set<RareChoice> = [], activations: [Activation]
  ) -> String? {
    if let misfit = c.rareMisfit(allowing: rare) { return misfit }
    if c.norm != .layer { return "norms are not LayerNorm" }
    if c.normPlacement != .pre { return "norms stand behind their layers" }
    if c.isGated || !activations.contains(c.activation) {
      return "the feed-forward layer is gated or another"
    }
    if c.heads != c.keyValueHeads { return "key/value heads are shared" }
    if c.heads * c.headWidth != c.width { return "heads do not fill the width" }
    if c.normsQueriesAndKeys { return "queries and keys are normed" }
    return c.residualScale == 1 ? nil : "residuals are scaled"
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let width = try config.size("n_embd")
    var c = TransformerConfiguration(
      vocabularySize: try config.size("vocab_size"), contextLength: try config.size("n_positions"),
      width: width, layers: try config.size("n_layer"), heads: try config.size("n_head"),
      hiddenWidth: try config.size("n_inner", usual: 4 * width))
    c.classic(activation: try Activation(config, "activation_function", usual: "gelu_new"))
    try config.refuse("scale_attn_by_inverse_layer_idx", "add_cross_attention")
    guard try config.flag("scale_attn_weights", usual: true) else {
      throw config.unsupported("scale_attn_weights false", "use a model whose attention is scaled")
    }
    c.normEpsilon = Float(try config.number("layer_norm_epsilon", usual: 1e-5))
    c.position = .learned
    c.tiesHead = try config.flag("tie_word_embeddings", usual: true)
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
    config["activation_function"] = .string(c.activation == .geluTanh ? "gelu_new" : c.activation.configName)
    config["layer_norm_epsilon"] = .shortest(c.normEpsilon)
    config["attn_pdrop"] = .number(0)
    config["embd_pdrop"] = .shortest(c.dropout)
    config["resid_pdrop"] = .shortest(c.dropout)
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = [
      WeightName("transformer.wte.weight", "embedding.weight"),
      WeightName("transformer.wpe.weight", "positions.weight"),
      WeightName("transformer.ln_f.weight", "norm.weight"),
      WeightName("transformer.ln_f.bias", "norm.bias", zeros: [c.width]),
    ]
    if !c.tiesHead { names.append(WeightName("lm_head.weight", "head.weight")) }
    return names
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
  /// LayerNorm before each layer, biases, no gate: GPT-2, Bloom, GPT-NeoX.
  mutating func classic(activation: Activation) {
    norm = .layer
    normPlacement = .pre
    hasBiases = true
    isGated = false
    self.activation = activation
  }
}
