import LMAutograd
import LMRuntime

/// Bloom (arXiv 2211.05100): ALiBi, LayerNorm also on the embedding, GELU, biases.
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
    let width = try config.size(try config.optional("n_embed") == nil ? "hidden_size" : "n_embed")
    var c = TransformerConfiguration(
      vocabularySize: try config.size("vocab_size"),
      contextLength: try config.size("seq_length", usual: 2048),
      width: width, layers: try config.size("n_layer"), heads: try config.size("n_head"),
      hiddenWidth: 4 * width)
    try config.refuse("apply_residual_connection_post_layernorm")
    c.classic(activation: .geluTanh)
    c.normEpsilon = Float(try config.number("layer_norm_epsilon", usual: 1e-5))
    c.position = .alibi
    c.normsEmbedding = true
    c.tiesHead = try config.flag("tie_word_embeddings", usual: true)
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["seq_length"] = .integer(c.contextLength)
    config["hidden_size"] = .integer(c.width)
    config["n_layer"] = .integer(c.layers)
    config["n_head"] = .integer(c.heads)
    config["layer_norm_epsilon"] = .shortest(c.normEpsilon)
    config["hidden_dropout"] = .shortest(c.dropout)
    config["attention_dropout"] = .number(0)
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = [
      WeightName("transformer.word_embeddings.weight", "embedding.weight"),
      WeightName("transformer.word_embeddings_layernorm.weight", "embedding.norm.weight"),
      WeightName("transformer.word_embeddings_layernorm.bias", "embedding.norm.bias", zeros: [c.width]),
      WeightName("transformer.ln_f.weight", "norm.weight"),
      WeightName("transformer.ln_f.bias", "norm.bias", zeros: [c.width]),
    ]
    if !c.tiesHead { names.append(WeightName("lm_head.weight", "head.weight")) }
    return names
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
