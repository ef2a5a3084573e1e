import LMRuntime

/// Mistral 7B (arXiv 2310.06825): Llama, perhaps with a window in all layers.
public enum MistralFamily: LlamaDescendant {
  public static let modelType = "mistral"
  public static let architecture = "MistralForCausalLM"
  public static let traits = LlamaTraits(rare: [.window], keyValueHeads: 8)

  public static func ownMisfit(_ c: TransformerConfiguration) -> String? {
    let widths = (0..<c.layers).map(c.window)
    return widths.allSatisfy { $0 == widths[0] } ? nil : "only some layers have the window"
  }

  public static func read(_ config: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    let isNull = try config.object()["sliding_window"] == .null
    let width = isNull ? nil : try config.size("sliding_window", usual: 4096)
    try c.readWindows(config, width: width) { _ in true }
    if ownMisfit(c) != nil {
      throw config.unsupported("layer_types that differ", "use a model with one type in all layers")
    }
  }

  public static func write(_ c: TransformerConfiguration, into config: inout JSONObject) {
    config["sliding_window"] = c.window(layer: 0).map { .integer($0) } ?? .null
  }
}
