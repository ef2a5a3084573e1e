import LMRuntime

/// Qwen3 (arXiv 2505.09388): Llama with an RMSNorm on every query and key head, perhaps with a window in the upper
/// layers.
public enum Qwen3Family: LlamaDescendant {
  public static let modelType = "qwen3"
  public static let architecture = "Qwen3ForCausalLM"
  public static let traits = LlamaTraits(
    rare: [.window], biases: .attention, normsQueriesAndKeys: true, keyValueHeads: 32, headWidth: 128)

  public static func read(_ config: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    try Qwen2Family.read(config, into: &c)
  }

  public static func write(_ c: TransformerConfiguration, into config: inout JSONObject) {
    Qwen2Family.write(c, into: &config)
  }
}
