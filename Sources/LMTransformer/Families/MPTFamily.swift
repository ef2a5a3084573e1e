import LMAttention
import LMAutograd
import LMRuntime

/// MPT (MosaicML 2023): ALiBi, LayerNorm, GELU, no biases at all.
public enum MPTFamily: ModelFamily {
  public static let modelType = "mpt"
  public static let architecture = "MptForCausalLM"

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if c.position != .alibi { return "positions are not ALiBi" }
    if c.alibiMaximum.rounded() != c.alibiMaximum { return "ALiBi's maximum is no whole number" }
    if c.biases != [] { return "has biases" }
    if c.normsEmbedding { return "the embedding is normed" }
    if c.hiddenWidth != 4 * c.width { return "the hidden width is not four times the width" }
    return GPT2Family.classicMisfit(
      c, allowing: [.alibiMaximum, .attentionScale], activations: [.gelu])
  }

  /// `alibi_bias_max` is read as MosaicML's own code reads it; transformers always takes 8.
  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let width = try config.size("d_model")
    var c = TransformerConfiguration(
      vocabularySize: try config.size("vocab_size"),
      contextLength: try config.size("max_seq_len", usual: 2048),
      width: width, layers: try config.size("n_layers"), heads: try config.size("n_heads"),
      hiddenWidth: 4 * width)
    c.classic(activation: .gelu)
    c.biases = []
    c.position = .alibi
    c.normEpsilon = Float(try config.number("layer_norm_epsilon", usual: 1e-5))
    c.tiesHead = try config.flag("tie_word_embeddings", usual: true)
    try config.refuse("logit_scale")
    try config.require("norm_type", ["low_precision_layernorm", "layernorm"])
    guard try config.number("expansion_ratio", usual: 4) == 4, try config.flag("no_bias", usual: true) else {
      throw config.unsupported(
        "an expansion_ratio other than 4, or biases", "use a model with expansion_ratio 4 and no_bias")
    }
    if let attention = try config.optional("attn_config") { try read(attention, into: &c) }
    return c
  }

  private static func read(_ attention: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    try attention.require("attn_type", ["multihead_attention"])
    try attention.refuse("clip_qkv", "qk_ln", "prefix_lm", "attn_uses_sequence_id", "rope")
    guard try attention.flag("alibi", usual: true) else {
      throw attention.unsupported("alibi false", "use a model with ALiBi")
    }
    c.alibiMaximum = Float(try attention.number("alibi_bias_max", usual: 8))
    c.attentionScale = try attention.optional("softmax_scale").map { field throws(LMError) in
      Float(try field.double())
    }
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var attention = JSONObject()
    attention["alibi"] = .bool(true)
    attention["alibi_bias_max"] = .integer(Int(exactly: c.alibiMaximum) ?? 8)
    attention["softmax_scale"] = c.attentionScale.map { .shortest($0) } ?? .null
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["max_seq_len"] = .integer(c.contextLength)
    config["d_model"] = .integer(c.width)
    config["n_layers"] = .integer(c.layers)
    config["n_heads"] = .integer(c.heads)
    config["expansion_ratio"] = .integer(4)
    config["no_bias"] = .bool(true)
    config["layer_norm_epsilon"] = .shortest(c.normEpsilon)
    config["emb_pdrop"] = .shortest(c.dropout)
    config["resid_pdrop"] = .shortest(c.dropout)
    config["attn_config"] = .object(attention)
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = [
      WeightName("transformer.wte.weight", "embedding.weight"),
      WeightName("transformer.norm_f.weight", "norm.weight"),
    ]
    if !c.tiesHead { names.append(WeightName("lm_head.weight", "head.weight")) }
    return names
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    [
      ("norm_1", "attention.norm"), ("attn.Wqkv", "attention.input"), ("attn.out_proj", "attention.output"),
      ("norm_2", "feed_forward.norm"), ("ffn.up_proj", "feed_forward.input"),
      ("ffn.down_proj", "feed_forward.output"),
    ].map { WeightName("transformer.blocks.\(layer).\($0).weight", "layers.\(layer).\($1).weight") }
  }
}
