import LMAttention
import LMRuntime

/// The text model of Gemma 3 (arXiv 2503.19786): Gemma 2 with normed queries and keys in place of bounded scores, and
/// a base of its own for the rotation of windowed layers, five of six. Reads the text model of multimodal files too.
public enum Gemma3Family: LlamaDescendant {
  public static let modelType = "gemma3_text"
  public static let otherModelTypes = ["gemma3"]
  public static let architecture = "Gemma3ForCausalLM"
  public static let traits = {
    var traits = Gemma2Family.traits
    traits.rare.insert(.windowedRotary)
    // The key is there, but transformers does not bound these scores.
    traits.rare.remove(.attentionSoftCap)
    traits.normsQueriesAndKeys = true
    (traits.vocabularySize, traits.contextLength, traits.heads) = (262_208, 131_072, 8)
    traits.rotaryBase = 1_000_000
    return traits
  }()

  public static func ownMisfit(_ c: TransformerConfiguration) -> String? {
    if c.window != nil && c.windowedRotaryBase == nil {
      return "windowed layers have no rotary base of their own"
    }
    return Gemma2Family.ownMisfit(c)
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let text = try config.optional("text_config") ?? config
    var c = try traits.configuration(flat(text))
    if let tied = try config.optional("tie_word_embeddings") { c.tiesHead = try tied.bool() }
    try text.refuse("attn_logit_softcapping")
    try Gemma2Family.readScores(text, into: &c, caps: (nil, nil))
    let interval = try text.size("sliding_window_pattern", usual: 6)
    try c.readWindows(text, width: try text.size("sliding_window", usual: 4096)) {
      ($0 + 1) % interval != 0
    }
    if c.window != nil { c.windowedRotaryBase = try windowedBase(text) }
    return c
  }

  public static func write(_ c: TransformerConfiguration, into config: inout JSONObject) {
    Gemma2Family.write(c, into: &config)
    let base = c.windowedRotaryBase ?? 10_000
    config["rope_local_base_freq"] = .number(base)
    var parameters = JSONObject()
    parameters["full_attention"] = config["rope_parameters"]
    parameters["sliding_attention"] = RotarySettings(base: base).parameters(headWidth: c.headWidth)
    config["rope_parameters"] = .object(parameters)
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    traits.outerWeights(c).map(nested)
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    traits.layerWeights(c, layer: layer).map(nested)
  }

  /// In a multimodal model the text model is `language_model`.
  private static func nested(_ weight: WeightName) -> WeightName {
    var weight = weight
    weight.otherNames = ["language_model.\(weight.name)", "model.language_model.\(weight.unprefixedName)"]
    return weight
  }

  /// The configuration with `rope_parameters` of the layers without a window in the place where other families
  /// have them.
  private static func flat(_ text: JSONField) throws(LMError) -> JSONField {
    guard let parameters = try text.optional("rope_parameters") else { return text }
    return try text.replacing("rope_parameters", with: try parameters.optional("full_attention")?.value)
  }

  private static func windowedBase(_ text: JSONField) throws(LMError) -> Double {
    let parameters = try text.optional("rope_parameters")?.optional("sliding_attention")
    try parameters?.require("rope_type", ["default"])
    let inner = try parameters?.optional("rope_theta")
    let outer = try text.optional("rope_local_base_freq")
    return try (inner ?? outer)?.double() ?? 10_000
  }
}
