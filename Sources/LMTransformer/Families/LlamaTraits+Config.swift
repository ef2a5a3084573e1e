import LMAttention
import LMAutograd
import LMRuntime

/// The `config.json` that Llama and its descendants share.
extension LlamaTraits {
  func misfit(_ c: TransformerConfiguration) -> String? {
    guard case .rotary(let settings) = c.position else { return "positions are not rotary" }
    if !rotatesInPart && settings.width ?? c.headWidth != c.headWidth {
      return "heads are rotated in part"
    }
    if let misfit = c.rareMisfit(allowing: rare.union([.partialBiases])) { return misfit }
    if !allowedBiases.contains(c.biases.subtracting(.norms)) { return "biases stand in other places" }
    if c.norm != .rms { return "norms are not RMSNorm" }
    if c.normPlacement != normPlacement { return "norms stand in other places" }
    if !c.isGated || c.activation != activation {
      return "the feed-forward layer is not gated with \(activation.rawValue)"
    }
    if c.normsQueriesAndKeys != normsQueriesAndKeys {
      return normsQueriesAndKeys ? "does not norm queries and keys" : "norms queries and keys"
    }
    if c.normsEmbedding { return "the embedding is normed" }
    if dividesWidth && c.width % c.heads != 0 { return "the width is not a multiple of the heads" }
    return c.residualScale == 1 ? nil : "residuals are scaled"
  }

  private var allowedBiases: [TransformerConfiguration.Biases] {
    let attention: TransformerConfiguration.Biases = [.attentionInput, .attentionOutput]
    return switch biases {
    case .none: [[]]
    case .queriesKeysValues: [.attentionInput]
    case .attention: [[], attention]
    case .attentionAndFeedForward: [[], attention, .feedForward, attention.union(.feedForward)]
    }
  }

  func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let heads = try config.size("num_attention_heads", usual: heads)
    // null means as many as query heads, whatever is usual.
    let groups = try config.object()["num_key_value_heads"] == .null ? heads : keyValueHeads ?? heads
    var c = TransformerConfiguration(
      vocabularySize: try config.size("vocab_size", usual: vocabularySize),
      contextLength: try config.size("max_position_embeddings", usual: contextLength),
      width: try config.size("hidden_size"), layers: try config.size("num_hidden_layers", limit: 4096),
      heads: heads, keyValueHeads: try config.size("num_key_value_heads", usual: groups),
      hiddenWidth: try config.size("intermediate_size"))
    c.headWidth = try config.size("head_dim", usual: headWidth ?? max(1, c.headWidth))
    c.normEpsilon = Float(try config.number("rms_norm_eps", usual: 1e-6))
    c.normPlacement = normPlacement
    c.normsQueriesAndKeys = normsQueriesAndKeys
    c.tiesHead = try config.flag("tie_word_embeddings", usual: tiesHead)
    try config.require(activationKey, activationNames)
    c.activation = activation
    c.biases = try readBiases(config)
    let settings = try RotarySettings(
      config, context: c.contextLength, headWidth: c.headWidth, base: rotaryBase,
      partKey: rotatesInPart ? "partial_rotary_factor" : nil)
    c.position = .rotary(settings)
    c.contextLength = settings.scaling.context(given: c.contextLength)
    return c
  }

  private func readBiases(_ config: JSONField) throws(LMError) -> TransformerConfiguration.Biases {
    var result: TransformerConfiguration.Biases = []
    if biases == .queriesKeysValues { result = .attentionInput }
    if biases == .attention || biases == .attentionAndFeedForward, try config.flag("attention_bias") {
      result = [.attentionInput, .attentionOutput]
    }
    if biases == .attentionAndFeedForward, try config.flag("mlp_bias") { result.insert(.feedForward) }
    return result == TransformerConfiguration.Biases.all.subtracting(.norms) ? .all : result
  }

  func config(_ c: TransformerConfiguration) -> JSONObject {
    var settings = RotarySettings(base: rotaryBase)
    if case .rotary(let given) = c.position { settings = given }
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["max_position_embeddings"] = .integer(settings.scaling.maximumPositions(context: c.contextLength))
    config["hidden_size"] = .integer(c.width)
    config["num_hidden_layers"] = .integer(c.layers)
    config["num_attention_heads"] = .integer(c.heads)
    config["num_key_value_heads"] = .integer(c.keyValueHeads)
    config["head_dim"] = .integer(c.headWidth)
    config["intermediate_size"] = .integer(c.hiddenWidth)
    config[activationKey] = .string(activationNames.first ?? activation.configName)
    config["rms_norm_eps"] = .shortest(c.normEpsilon)
    config["rope_theta"] = .number(settings.base)
    config["rope_parameters"] = settings.parameters(headWidth: c.headWidth)
    if settings.scaling != .none { config["rope_scaling"] = settings.scaling.json }
    if rotatesInPart { config["partial_rotary_factor"] = .number(settings.part(headWidth: c.headWidth)) }
    if biases == .attention || biases == .attentionAndFeedForward {
      config["attention_bias"] = .bool(c.biases.contains(.attentionInput))
    }
    if biases == .attentionAndFeedForward { config["mlp_bias"] = .bool(c.biases.contains(.feedForward)) }
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }
}
