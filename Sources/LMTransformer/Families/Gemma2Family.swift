import LMRuntime

/// Gemma 2 (arXiv 2408.00118): Gemma with norms on both sides of each sub-layer, bounded scores, and a window in every
/// second layer.
public enum Gemma2Family: LlamaDescendant {
  public static let modelType = "gemma2"
  public static let architecture = "Gemma2ForCausalLM"
  public static let traits = LlamaTraits(
    rare: [.embeddingScale, .window, .attentionScale, .attentionSoftCap, .logitSoftCap], biases: .attention,
    normPlacement: .sandwich, normOffset: 1, activation: .geluTanh, activationKey: "hidden_activation",
    activationNames: ["gelu_pytorch_tanh", "gelu_new"], dividesWidth: true, keyValueHeads: 4, headWidth: 256,
    tiesHead: true)

  public static func ownMisfit(_ c: TransformerConfiguration) -> String? {
    if attentionScale(queryScalar(c), headWidth: c.headWidth) != c.attentionScale {
      return "the scale of attention's scores is not one over the root of a whole number"
    }
    return GemmaFamily.ownMisfit(c)
  }

  public static func read(_ config: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    try readScores(config, into: &c, caps: (attention: 50, logits: 30))
    try c.readWindows(config, width: try config.size("sliding_window", usual: 4096)) { $0 % 2 == 0 }
  }

  public static func write(_ c: TransformerConfiguration, into config: inout JSONObject) {
    config["query_pre_attn_scalar"] = .integer(queryScalar(c))
    config["attn_logit_softcapping"] = c.attentionSoftCap.map { .shortest($0) } ?? .null
    config["final_logit_softcapping"] = c.logitSoftCap.map { .shortest($0) } ?? .null
    // transformers wants a width even where no layer has the window.
    config["sliding_window"] = .integer((0..<c.layers).compactMap(c.window).first ?? 4096)
    config["layer_types"] = c.layerTypes
  }

  /// Reads what scales and bounds; `caps` where the file says nothing, not even null.
  static func readScores(
    _ config: JSONField, into c: inout TransformerConfiguration, caps: (attention: Float?, logits: Float?)
  ) throws(LMError) {
    try config.refuse("use_bidirectional_attention")
    func cap(_ key: String, _ usual: Float?) throws(LMError) -> Float? {
      if try config.object()[key] == .null { return nil }
      return try config.optional(key).map { field throws(LMError) in Float(try field.double()) } ?? usual
    }
    c.attentionSoftCap = try cap("attn_logit_softcapping", caps.attention)
    c.logitSoftCap = try cap("final_logit_softcapping", caps.logits)
    c.attentionScale = attentionScale(
      try config.size("query_pre_attn_scalar", usual: 256), headWidth: c.headWidth)
    c.embeddingScale = GemmaFamily.scale(c)
  }

  /// One over the root of `scalar`; nil where that is what heads of `headWidth` have anyway.
  private static func attentionScale(_ scalar: Int, headWidth: Int) -> Float? {
    scalar == headWidth ? nil : Float(1 / Double(scalar).squareRoot())
  }

  /// `query_pre_attn_scalar`, to the nearest whole number.
  private static func queryScalar(_ c: TransformerConfiguration) -> Int {
    guard let scale = c.attentionScale else { return c.headWidth }
    let scalar = 1 / (Double(scale) * Double(scale))
    return Int(max(1, min(1e9, scalar.rounded())))
  }
}
