import LMRuntime

/// Qwen3 (arXiv 2505.09388): Llama with an RMSNorm on every query and key head.
public enum Qwen3Family: ModelFamily {
  public static let modelType = "qwen3"
  public static let architecture = "Qwen3ForCausalLM"

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if !c.normsQueriesAndKeys { return "does not norm queries and keys" }
    return c.hasBiases ? "has biases" : LlamaFamily.rotaryMisfit(c)
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    var c = try LlamaFamily.rotaryConfiguration(config)
    c.normsQueriesAndKeys = true
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject { LlamaFamily.rotaryConfig(c) }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    LlamaFamily.outerWeights(c)
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    let (file, own) = ("model.layers.\(layer).self_attn", "layers.\(layer).attention")
    return LlamaFamily.layerWeights(c, layer: layer) + [
      WeightName("\(file).q_norm.weight", "\(own).query_norm.weight"),
      WeightName("\(file).k_norm.weight", "\(own).key_norm.weight"),
    ]
  }
}
