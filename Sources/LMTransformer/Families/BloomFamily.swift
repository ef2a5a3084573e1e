import LMAutograd
import LMRuntime

/// Bloom (arXiv 2211.05100): ALiBi, LayerNorm also on the embedding, GELU, biases, tied head.
public enum BloomFamily: ModelFamily {
  public static let modelType = "bloom"
  public static let architecture = "BloomForCausalLM"

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if c.position != .alibi { return "positions are not ALiBi" }
    if !c.normsEmbedding { return "the embedding is not normed" }
    if c.hiddenWidth != 4 * c.width { return "the hidden width is not four times the width" }
    return GPT2Family.classicMisfit(c, activations: [.geluTanh])
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let size = 1...(1 << 30)
    let hidden = try config.optional("hidden_size")
    let width = try config[hidden == nil ? "n_embed" : "hidden_size"].integer(in: size)
    var c = TransformerConfiguration(
      vocabularySize: try config["vocab_size"].integer(in: size),
      contextLength: try config.optional("seq_length")?.integer(in: size) ?? 2048, width: width,
      layers: try config["n_layer"].integer(in: size), heads: try config["n_head"].integer(in: size),
      hiddenWidth: 4 * width)
    if try config.optional("apply_residual_connection_post_layernorm")?.bool() == true {
      throw config.unsupported("apply_residual_connection_post_layernorm", "use a model without it")
    }
    c.classic(activation: .geluTanh)
    c.normEpsilon = Float(try config.optional("layer_norm_epsilon")?.double() ?? 1e-5)
    c.position = .alibi
    c.normsEmbedding = true
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["seq_length"] = .integer(c.contextLength)
    config["hidden_size"] = .integer(c.width)
    config["n_layer"] = .integer(c.layers)
    config["n_head"] = .integer(c.heads)
    config["layer_norm_epsilon"] = .number(Double(String(c.normEpsilon)) ?? 1e-5)
    config["hidden_dropout"] = .number(Double(String(c.dropout)) ?? 0)
    config["attention_dropout"] = .number(0)
    config["tie_word_embeddings"] = .bool(true)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    [
      WeightName("transformer.word_embeddings.weight", "embedding.weight"),
      WeightName("transformer.word_embeddings_layernorm.weight", "embedding.norm.weight"),
      WeightName("transformer.word_embeddings_layernorm.bias", "embedding.norm.bias", zeros: [c.width]),
      WeightName("transformer.ln_f.weight", "norm.weight"),
      WeightName("transformer.ln_f.bias", "norm.bias", zeros: [c.width]),
    ]
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    let (file, own) = ("transformer.h.\(layer)", "layers.\(layer)")
    let heads = WeightName.Layout.interleavedHeads(headWidth: c.headWidth)
    let layers: [(String, String, Int, WeightName.Layout)] = [
      ("input_layernorm", "attention.norm", c.width, .plain),
      ("self_attention.query_key_value", "attention.input", 3 * c.width, heads),
      ("self_attention.dense", "attention.output", c.width, .plain),
      ("post_attention_layernorm", "feed_forward.norm", c.width, .plain),
      ("mlp.dense_h_to_4h", "feed_forward.input", 4 * c.width, .plain),
      ("mlp.dense_4h_to_h", "feed_forward.output", c.width, .plain),
    ]
    return layers.flatMap { theirs, ours, outputs, layout in
      [
        WeightName("\(file).\(theirs).weight", "\(own).\(ours).weight", layout: layout),
        WeightName("\(file).\(theirs).bias", "\(own).\(ours).bias", layout: layout, zeros: [outputs]),
      ]
    }
  }
}
