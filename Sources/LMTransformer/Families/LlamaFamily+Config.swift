import LMAttention
import LMRuntime

/// The `config.json` that Llama and its descendants share.
extension LlamaFamily {
  static func rotaryMisfit(_ c: TransformerConfiguration) -> String? {
    guard case .rotary(let settings) = c.position else { return "positions are not rotary" }
    if settings.width != nil && settings.width != c.headWidth { return "heads are rotated in part" }
    if let misfit = c.rareMisfit(allowing: []) { return misfit }
    if c.norm != .rms { return "norms are not RMSNorm" }
    if c.normPlacement != .pre { return "norms stand behind their layers" }
    if !c.isGated || c.activation != .silu { return "the feed-forward layer is not SwiGLU" }
    if c.normsEmbedding { return "the embedding is normed" }
    return c.residualScale == 1 ? nil : "residuals are scaled"
  }

  static func rotaryConfiguration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let size = 1...(1 << 30)
    var c = TransformerConfiguration(
      vocabularySize: try config["vocab_size"].integer(in: size),
      contextLength: try config["max_position_embeddings"].integer(in: size),
      width: try config["hidden_size"].integer(in: size),
      layers: try config["num_hidden_layers"].integer(in: size),
      heads: try config["num_attention_heads"].integer(in: size),
      keyValueHeads: try config.optional("num_key_value_heads")?.integer(in: size),
      headWidth: try config.optional("head_dim")?.integer(in: size),
      hiddenWidth: try config["intermediate_size"].integer(in: size))
    c.normEpsilon = Float(try config.optional("rms_norm_eps")?.double() ?? 1e-6)
    c.tiesHead = try config.optional("tie_word_embeddings")?.bool() ?? false
    c.position = .rotary(try rotarySettings(config, context: c.contextLength))
    try require(config, "hidden_act", "silu")
    let attention = try config.optional("attention_bias")?.bool() ?? false
    let feedForward = try config.optional("mlp_bias")?.bool() ?? false
    guard attention == feedForward else {
      throw config.unsupported(
        "attention_bias \(attention) with mlp_bias \(feedForward)", "use a model where both are equal")
    }
    c.hasBiases = attention
    return c
  }

  /// `rope_theta` and the stretch of frequencies, at the top (transformers 4) or in `rope_parameters`
  /// (transformers 5).
  static func rotarySettings(_ config: JSONField, context: Int) throws(LMError) -> RotarySettings {
    let new = try config.optional("rope_parameters")
    let old = try config.optional("rope_scaling")
    let parameters = new ?? old
    let inner = try parameters?.optional("rope_theta")
    let outer = try config.optional("rope_theta")
    var settings = RotarySettings(base: try (inner ?? outer)?.double() ?? 10_000)
    if let parameters { settings.scaling = try RotaryScaling(parameters, context: context) }
    return settings
  }

  /// `rope_parameters` of transformers 5.
  static func rotaryParameters(_ settings: RotarySettings) -> JSON {
    var parameters = JSONObject()
    if case .object(let stretched)? = settings.scaling.json { parameters = stretched }
    if settings.scaling == .none { parameters["rope_type"] = .string("default") }
    parameters["rope_theta"] = .number(settings.base)
    return .object(parameters)
  }

  static func rotaryConfig(_ c: TransformerConfiguration) -> JSONObject {
    var settings = RotarySettings(base: 10_000)
    if case .rotary(let given) = c.position { settings = given }
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["max_position_embeddings"] = .integer(c.contextLength)
    config["hidden_size"] = .integer(c.width)
    config["num_hidden_layers"] = .integer(c.layers)
    config["num_attention_heads"] = .integer(c.heads)
    config["num_key_value_heads"] = .integer(c.keyValueHeads)
    config["head_dim"] = .integer(c.headWidth)
    config["intermediate_size"] = .integer(c.hiddenWidth)
    config["hidden_act"] = .string("silu")
    config["rms_norm_eps"] = .number(Double(String(c.normEpsilon)) ?? 1e-5)
    config["rope_theta"] = .number(settings.base)
    config["rope_parameters"] = rotaryParameters(settings)
    if settings.scaling != .none { config["rope_scaling"] = settings.scaling.json }
    config["attention_bias"] = .bool(c.hasBiases)
    config["mlp_bias"] = .bool(c.hasBiases)
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }

  static func require(_ config: JSONField, _ key: String, _ value: String) throws(LMError) {
    guard let found = try config.optional(key)?.string(), found != value else { return }
    throw config.unsupported("\(key) \"\(found)\"", "use a model with \"\(value)\"")
  }
}

extension JSONField {
  /// The error for a choice that the file makes and this program does not have.
  func unsupported(_ what: String, _ remedy: String) -> LMError {
    failure("has \(what), which is not supported", remedy: remedy)
  }
}
