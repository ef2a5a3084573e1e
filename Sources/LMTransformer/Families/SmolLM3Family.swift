import LMRuntime

/// SmolLM3 (2025): Llama with layers that do not rotate (NoPE, arXiv 2501.18795), which may have a window.
public enum SmolLM3Family: LlamaDescendant {
  public static let modelType = "smollm3"
  public static let architecture = "SmolLM3ForCausalLM"
  public static let traits = LlamaTraits(
    rare: [.unrotatedLayers, .window], biases: .attentionAndFeedForward, keyValueHeads: 4,
    rotaryBase: 2_000_000, tiesHead: true)

  public static func read(_ config: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    try c.readRotatedLayers(config)
    let rotated = c.rotatedLayers
    try c.readWindows(config, width: try Qwen2Family.windowWidth(config, usual: nil)) {
      !rotated[$0 % rotated.count]
    }
  }

  public static func write(_ c: TransformerConfiguration, into config: inout JSONObject) {
    config["no_rope_layers"] = c.rotatedLayerFlags
    Qwen2Family.writeWindows(c, into: &config)
  }
}
