import LMAttention
import LMAutograd
import LMRuntime

/// GPT-NeoX and Pythia (arXiv 2204.06745, 2304.01373): LayerNorm, biases, parallel sub-layers, heads rotated in part.
public enum GPTNeoXFamily: ModelFamily {
  public static let modelType = "gpt_neox"
  public static let architecture = "GPTNeoXForCausalLM"

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    guard case .rotary = c.position else { return "positions are not rotary" }
    if c.normsEmbedding { return "the embedding is normed" }
    return GPT2Family.classicMisfit(
      c, allowing: [.parallel, .partialBiases], activations: Activation.allCases)
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let width = try config.size("hidden_size")
    var c = TransformerConfiguration(
      vocabularySize: try config.size("vocab_size"),
      contextLength: try config.size("max_position_embeddings", usual: 2048), width: width,
      layers: try config.size("num_hidden_layers"), heads: try config.size("num_attention_heads"),
      hiddenWidth: try config.size("intermediate_size"))
    c.classic(activation: try Activation(config, "hidden_act", usual: "gelu"))
    if try !config.flag("attention_bias", usual: true) { c.biases = [.feedForward, .norms] }
    c.isParallel = try config.flag("use_parallel_residual", usual: true)
    c.normEpsilon = Float(try config.number("layer_norm_eps", usual: 1e-5))
    c.tiesHead = try config.flag("tie_word_embeddings")
    let settings = try RotarySettings(
      config, context: c.contextLength, headWidth: max(1, c.headWidth), base: 10_000,
      baseKey: "rotary_emb_base", partKey: "rotary_pct", part: 0.25)
    c.position = .rotary(settings)
    c.contextLength = settings.scaling.context(given: c.contextLength)
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var settings = RotarySettings(base: 10_000)
    if case .rotary(let given) = c.position { settings = given }
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["max_position_embeddings"] = .integer(settings.scaling.maximumPositions(context: c.contextLength))
    config["hidden_size"] = .integer(c.width)
    config["num_hidden_layers"] = .integer(c.layers)
    config["num_attention_heads"] = .integer(c.heads)
    config["intermediate_size"] = .integer(c.hiddenWidth)
    config["hidden_act"] = .string(c.activation.configName)
    config["layer_norm_eps"] = .shortest(c.normEpsilon)
    config["use_parallel_residual"] = .bool(c.isParallel)
    config["attention_bias"] = .bool(hasAttentionBiases(c))
    config["rotary_emb_base"] = .number(settings.base)
    config["rotary_pct"] = .number(settings.part(headWidth: c.headWidth))
    config["rope_parameters"] = settings.parameters(headWidth: c.headWidth)
    if settings.scaling != .none { config["rope_scaling"] = settings.scaling.json }
    config["hidden_dropout"] = .shortest(c.dropout)
    config["attention_dropout"] = .number(0)
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }

  /// Files have biases in both products of attention, or in none.
  private static func hasAttentionBiases(_ c: TransformerConfiguration) -> Bool {
    !c.biases.isDisjoint(with: [.attentionInput, .attentionOutput])
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = [
      WeightName("gpt_neox.embed_in.weight", "embedding.weight"),
      WeightName("gpt_neox.final_layer_norm.weight", "norm.weight"),
      WeightName("gpt_neox.final_layer_norm.bias", "norm.bias", zeros: [c.width]),
    ]
    if !c.tiesHead {
      var head = WeightName("embed_out.weight", "head.weight")
      head.otherNames = ["lm_head.weight"]
      names.append(head)
    }
    return names
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    let (file, own) = ("gpt_neox.layers.\(layer)", "layers.\(layer)")
    let heads = WeightName.Layout.interleavedHeads(headWidth: c.headWidth)
    let layers: [(String, String, Int, WeightName.Layout)] = [
      ("input_layernorm", "attention.norm", c.width, .plain),
      ("attention.query_key_value", "attention.input", 3 * c.width, heads),
      ("attention.dense", "attention.output", c.width, .plain),
      ("post_attention_layernorm", "feed_forward.norm", c.width, .plain),
      ("mlp.dense_h_to_4h", "feed_forward.input", c.hiddenWidth, .plain),
      ("mlp.dense_4h_to_h", "feed_forward.output", c.width, .plain),
    ]
    return layers.flatMap { theirs, ours, outputs, layout in
      let weight = WeightName("\(file).\(theirs).weight", "\(own).\(ours).weight", layout: layout)
      if theirs.hasPrefix("attention.") && !hasAttentionBiases(c) { return [weight] }
      let bias = WeightName(
        "\(file).\(theirs).bias", "\(own).\(ours).bias", layout: layout, zeros: [outputs])
      return [weight, bias]
    }
  }
}
