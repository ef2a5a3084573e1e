import LMRuntime

/// The `config.json` that Llama and its descendants share.
extension LlamaFamily {
  static func rotaryMisfit(_ c: TransformerConfiguration) -> String? {
    guard case .rotary = c.position else { return "positions are not rotary" }
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
    c.position = .rotary(base: try rotaryBase(config))
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

  /// `rope_theta`, at the top (transformers 4) or in `rope_parameters` (transformers 5); scaled variants
  /// are refused.
  private static func rotaryBase(_ config: JSONField) throws(LMError) -> Double {
    let new = try config.optional("rope_parameters")
    let old = try config.optional("rope_scaling")
    let parameters = new ?? old
    let newKind = try parameters?.optional("rope_type")?.string()
    let oldKind = try parameters?.optional("type")?.string()
    let kind = newKind ?? oldKind ?? "default"
    guard kind == "default" else {
      throw config.unsupported("rotary scaling \"\(kind)\"", "use a model with rope_type \"default\"")
    }
    if let theta = try parameters?.optional("rope_theta") { return try theta.double() }
    return try config.optional("rope_theta")?.double() ?? 10_000
  }

  static func rotaryConfig(_ c: TransformerConfiguration) -> JSONObject {
    var base = 10_000.0
    if case .rotary(let given) = c.position { base = given }
    var parameters = JSONObject()
    parameters["rope_theta"] = .number(base)
    parameters["rope_type"] = .string("default")
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
    config["rope_theta"] = .number(base)
    config["rope_parameters"] = .object(parameters)
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
