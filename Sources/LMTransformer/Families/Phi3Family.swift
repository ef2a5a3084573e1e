import LMRuntime

/// Phi-3 and Phi-4 (arXiv 2404.14219, 2412.08905): Llama whose files hold queries, keys and values as one tensor and
/// gate and up as another; perhaps with a window, or rotated in part.
public enum Phi3Family: LlamaDescendant {
  public static let modelType = "phi3"
  public static let architecture = "Phi3ForCausalLM"
  public static let traits = LlamaTraits(rare: [.window], rotatesInPart: true, isFused: true)

  public static func ownMisfit(_ c: TransformerConfiguration) -> String? { MistralFamily.ownMisfit(c) }

  public static func read(_ config: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    let width = try config.optional("sliding_window")?.integer(in: 1...(1 << 30))
    try c.readWindows(config, width: width) { _ in true }
  }

  public static func write(_ c: TransformerConfiguration, into config: inout JSONObject) {
    MistralFamily.write(c, into: &config)
  }
}
