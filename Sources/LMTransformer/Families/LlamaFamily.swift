import LMRuntime

/// Llama (arXiv 2302.13971): RMSNorm, rotary positions, SwiGLU, grouped-query attention.
public enum LlamaFamily: ModelFamily {
  public static let modelType = "llama"
  public static let architecture = "LlamaForCausalLM"

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    c.normsQueriesAndKeys ? "norms queries and keys" : rotaryMisfit(c)
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    try rotaryConfiguration(config)
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject { rotaryConfig(c) }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = [
      WeightName("model.embed_tokens.weight", "embedding.weight"),
      WeightName("model.norm.weight", "norm.weight"),
    ]
    if !c.tiesHead { names.append(WeightName("lm_head.weight", "head.weight")) }
    return names
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    let (file, own, shape) = ("model.layers.\(layer)", "layers.\(layer)", c.attentionShape)
    let queries = 0..<shape.queryWidth
    let keys = queries.upperBound..<queries.upperBound + shape.keyWidth
    let values = keys.upperBound..<shape.rowWidth
    let (gate, up) = (0..<c.hiddenWidth, c.hiddenWidth..<2 * c.hiddenWidth)
    var names = [
      WeightName("\(file).input_layernorm.weight", "\(own).attention.norm.weight"),
      WeightName("\(file).post_attention_layernorm.weight", "\(own).feed_forward.norm.weight"),
    ]
    for kind in c.hasBiases ? ["weight", "bias"] : ["weight"] {
      names += [
        WeightName("\(file).self_attn.q_proj.\(kind)", "\(own).attention.input.\(kind)", rows: queries),
        WeightName("\(file).self_attn.k_proj.\(kind)", "\(own).attention.input.\(kind)", rows: keys),
        WeightName("\(file).self_attn.v_proj.\(kind)", "\(own).attention.input.\(kind)", rows: values),
        WeightName("\(file).self_attn.o_proj.\(kind)", "\(own).attention.output.\(kind)"),
        WeightName("\(file).mlp.gate_proj.\(kind)", "\(own).feed_forward.input.\(kind)", rows: gate),
        WeightName("\(file).mlp.up_proj.\(kind)", "\(own).feed_forward.input.\(kind)", rows: up),
        WeightName("\(file).mlp.down_proj.\(kind)", "\(own).feed_forward.output.\(kind)"),
      ]
    }
    return names
  }
}

extension LlamaFamily {
  /// The names with the rows that rotate together side by side, as the original checkpoints of Llama have them.
  package static func pairedWeights(_ c: TransformerConfiguration) -> [WeightName] {
    weights(c).map { weight in
      let isRotated = weight.name.contains(".q_proj.") || weight.name.contains(".k_proj.")
      return isRotated ? weight.renamed(weight.name, .rotaryPairs(headWidth: c.headWidth)) : weight
    }
  }
}
