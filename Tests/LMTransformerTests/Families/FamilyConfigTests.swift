import LMAttention
import LMRuntime
import LMTransformer
import Testing

/// What `config.json` of other tools says, family by family.
@Suite struct FamilyConfigTests {
  /// The keys of a small model of `type`, changed by `changes`; null removes none, it is a value.
  private static func config(_ type: String, _ changes: JSONObject) throws -> JSONField {
    let small: JSONObject =
      switch type {
      case "mpt": ["vocab_size": 8, "d_model": 12, "n_layers": 4, "n_heads": 3]
      case "gpt2": ["vocab_size": 8, "n_embd": 12, "n_layer": 4, "n_head": 3, "n_positions": 9]
      default:
        [
          "vocab_size": 8, "hidden_size": 24, "num_hidden_layers": 4, "num_attention_heads": 3,
          "num_key_value_heads": 1, "intermediate_size": 5, "max_position_embeddings": 9, "head_dim": 8,
        ]
      }
    var object = small
    object["model_type"] = .string(type)
    for member in changes.members { object[member.key] = member.value }
    return JSONField(.object(object), in: "config.json")
  }

  private func read(_ type: String, _ changes: JSONObject = [:]) throws -> TransformerConfiguration {
    try ModelConfigFile(try Self.config(type, changes), at: "config.json").configuration
  }

  @Test func `windows stand where the family's files say`() throws {
    func windows(_ type: String, _ changes: JSONObject) throws -> [Int?] {
      let c = try read(type, changes)
      return (0..<4).map(c.window)
    }
    #expect(try windows("mistral", [:]) == [4096, 4096, 4096, 4096])
    #expect(try windows("mistral", ["sliding_window": .null]) == [nil, nil, nil, nil])
    #expect(try windows("qwen2", ["sliding_window": 6]) == [nil, nil, nil, nil])
    let upper: JSONObject = ["use_sliding_window": true, "sliding_window": 6, "max_window_layers": 3]
    #expect(try windows("qwen2", upper) == [nil, nil, nil, 6])
    #expect(try windows("qwen3", upper) == [nil, nil, nil, 6])
    #expect(try windows("gemma2", ["sliding_window": 5]) == [5, nil, 5, nil])
    #expect(try windows("gemma3_text", ["sliding_window_pattern": 2]) == [4096, nil, 4096, nil])
    #expect(try windows("gemma3_text", [:]) == [4096, 4096, 4096, 4096])
    let types: JSON = ["full_attention", "sliding_attention", "full_attention", "full_attention"]
    #expect(try windows("gemma2", ["layer_types": types]) == [nil, 4096, nil, nil])
    #expect(
      try windows(
        "smollm3", ["use_sliding_window": true, "sliding_window": 6, "no_rope_layers": [1, 0, 1, 1]])
        == [nil, 6, nil, nil])
  }

  @Test func `layers of SmolLM3 that do not rotate`() throws {
    func rotated(_ changes: JSONObject) throws -> [Bool] {
      let c = try read("smollm3", changes)
      return (0..<4).map { c.rotary(layer: $0) != nil }
    }
    #expect(try rotated([:]) == [true, true, true, false])
    #expect(try rotated(["no_rope_layer_interval": 2]) == [true, false, true, false])
    #expect(try rotated(["no_rope_layers": [0, 1, 1, 1]]) == [false, true, true, true])
  }

  /// Keys that a file lacks have the value of the class in transformers.
  @Test func `what is not said is as usual in the family`() throws {
    #expect(try read("llama").tiesHead == false && read("gemma").tiesHead && read("smollm3").tiesHead)
    #expect(try read("smollm3").position == .rotary(base: 2_000_000))
    #expect(try read("gemma3_text").rotary(layer: 0) == RotarySettings(base: 10_000))
    #expect(try read("gemma2").attentionSoftCap == 50 && read("gemma2").logitSoftCap == 30)
    #expect(try read("gemma2", ["attn_logit_softcapping": .null]).attentionSoftCap == nil)
    #expect(try read("gemma3_text").attentionSoftCap == nil)
    #expect(try read("gemma2").attentionScale == 1 / 16 && read("gemma").attentionScale == nil)
    #expect(try read("mistral", ["num_key_value_heads": .null]).keyValueHeads == 3)
    let neox = try read("gpt_neox")
    #expect(neox.isParallel && neox.position == .rotary(RotarySettings(base: 10_000, width: 2)))
    #expect(neox.biases == .all && !neox.tiesHead)
  }

  @Test func `Gemma 3 is read from a multimodal file that says next to nothing`() throws {
    let text: JSON = [
      "hidden_size": 24, "intermediate_size": 8, "num_hidden_layers": 12, "sliding_window": 4,
      "rope_scaling": ["factor": 8.0, "rope_type": "linear"],
    ]
    let json: JSON = ["model_type": "gemma3", "text_config": text, "vision_config": [:]]
    let file = try ModelConfigFile(JSONField(json, in: "config.json"), at: "config.json")
    let c = file.configuration
    #expect(file.family.modelType == "gemma3_text" && c.vocabularySize == 262_208 && c.headWidth == 256)
    #expect(c.heads == 8 && c.keyValueHeads == 4 && c.contextLength == 131_072 && c.tiesHead)
    #expect((0..<12).map { c.window(layer: $0) == nil ? 1 : 0 } == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    #expect(c.rotary(layer: 0) == RotarySettings(base: 10_000))
    #expect(c.rotary(layer: 5) == RotarySettings(base: 1_000_000, scaling: .linear(factor: 8)))
  }

  @Test func `stretched contexts are as long as they say`() throws {
    func context(_ scaling: JSON) throws -> Int { try read("llama", ["rope_scaling": scaling]).contextLength }
    #expect(try context(["type": "dynamic", "factor": 3.0]) == 27)
    #expect(try context(["type": "yarn", "factor": 4.0, "original_max_position_embeddings": 5]) == 20)
    #expect(try context(["type": "yarn", "factor": 4.0, "original_max_position_embeddings": 2]) == 9)
    #expect(try context(["type": "linear", "factor": 4.0]) == 9)
    #expect(try context(["type": "dynamic", "factor": 1e8]) == 1 << 20)
  }

  /// Choices that `lm` does not compute, and values that cannot be: one line that names them.
  @Test(
    arguments: [
      ("mpt", ["attn_config": ["clip_qkv": 6]], "clip_qkv 6"),
      ("mpt", ["attn_config": ["qk_ln": true]], "qk_ln true"),
      ("mpt", ["attn_config": ["prefix_lm": true]], "prefix_lm"),
      ("mpt", ["attn_config": ["alibi": false]], "alibi false"),
      ("mpt", ["attn_config": ["attn_type": "multiquery_attention"]], "multiquery_attention"),
      ("mpt", ["attn_config": ["alibi_bias_max": 0]], "ALiBi's maximum is 0"),
      ("mpt", ["no_bias": false], "no_bias"), ("mpt", ["logit_scale": "inv_sqrt_d_model"], "logit_scale"),
      ("gpt2", ["scale_attn_weights": false], "scale_attn_weights"),
      ("gpt2", ["activation_function": "quick_gelu"], "quick_gelu"),
      ("gpt2", ["scale_attn_by_inverse_layer_idx": true], "scale_attn_by_inverse_layer_idx true"),
      ("gpt_neox", ["rotary_pct": 0.0], "rotary part 0"), ("gpt_neox", ["rotary_pct": 7], "rotary part 7"),
      ("gpt_neox", ["rotary_pct": 0.4], "head width 3 is odd"),
      ("gpt_neox", ["rotary_pct": 0.1], "rotary part"),
      ("gpt_neox", ["hidden_act": "mish"], "mish"), ("gpt_neox", ["num_attention_heads": 100], "rotary part"),
      (
        "mistral",
        ["layer_types": ["full_attention", "sliding_attention", "full_attention", "full_attention"]],
        "layer_types that differ"
      ),
      ("mistral", ["sliding_window": -1], "sliding_window"),
      ("mistral", ["sliding_window": 0], "sliding_window"),
      ("qwen2", ["layer_types": ["full_attention"]], "has 1 entries for 4 layers"),
      (
        "qwen2",
        ["layer_types": ["sliding_attention", "sliding_attention", "full_attention", "full_attention"]],
        "without a sliding_window that is in use"
      ),
      ("qwen3", ["layer_types": ["mamba", "mamba", "mamba", "mamba"]], "\"mamba\""),
      ("qwen2", ["max_window_layers": -1], "max_window_layers"),
      ("smollm3", ["no_rope_layers": [1, 0]], "has 2 entries for 4 layers"),
      ("smollm3", ["no_rope_layers": [1, 0, 2, 1]], "no_rope_layers[2]"),
      ("smollm3", ["no_rope_layer_interval": 0], "no_rope_layer_interval"),
      ("smollm3", ["num_hidden_layers": 1_000_000_000], "num_hidden_layers"),
      ("gemma", ["use_bidirectional_attention": true], "use_bidirectional_attention"),
      ("gemma2", ["query_pre_attn_scalar": 0], "query_pre_attn_scalar"),
      ("gemma2", ["attn_logit_softcapping": 0.0], "attention soft cap is 0"),
      ("gemma2", ["final_logit_softcapping": -1], "logit soft cap is -1"),
      ("gemma2", ["hidden_activation": "silu"], "hidden_activation \"silu\""),
      ("gemma3_text", ["rope_local_base_freq": 0.5], "rotary base is 0.5"),
      ("gemma3_text", ["attn_logit_softcapping": 50.0], "attn_logit_softcapping 50"),
      ("gemma3_text", ["sliding_window_pattern": 0], "sliding_window_pattern"),
      ("gemma3_text", ["rope_parameters": ["sliding_attention": ["rope_type": "yarn"]]], "yarn"),
      ("gemma3", ["text_config": [:]], "hidden_size"), ("gemma3", ["text_config": []], "text_config"),
      ("phi3", ["rope_scaling": ["type": "longrope", "short_factor": []]], "longrope"),
      ("llama", ["rope_parameters": ["full_attention": ["rope_theta": 5]]], "by type of layer"),
      ("llama", ["rope_scaling": ["rope_type": "dynamic", "factor": 0]], "factor"),
      ("llama", ["head_dim": 0], "head_dim"), ("llama", ["num_hidden_layers": 4.5], "num_hidden_layers"),
      ("llama", ["rms_norm_eps": 0], "norm epsilon is 0"), ("llama", ["rope_theta": "10"], "rope_theta"),
    ] as [(String, JSONObject, String)])
  func `what is not supported or cannot be is named`(type: String, changes: JSONObject, part: String) throws {
    let error = #expect(throws: LMError.self) { try read(type, changes) }
    let text = error?.description ?? ""
    #expect(text.contains(part) && text.hasPrefix("config.json: ") && !text.contains("\n"), "\(text)")
    #expect(error?.remedy.isEmpty == false)
  }

  /// A configuration that transformers would compute otherwise is of no family but lm's own.
  @Test func `what a family does not have is said`() {
    func misfit(_ family: any ModelFamily.Type, _ change: (inout TransformerConfiguration) -> Void) -> String
    {
      var c = TransformerConfiguration(
        vocabularySize: 8, contextLength: 9, width: 24, layers: 4, heads: 3, keyValueHeads: 1, hiddenWidth: 5)
      change(&c)
      return family.misfit(c) ?? "none"
    }
    #expect(misfit(LlamaFamily.self) { $0.window = 3 } == "attention has a window")
    #expect(misfit(LlamaFamily.self) { $0.biases = .attentionInput } == "biases stand in other places")
    #expect(misfit(LlamaFamily.self) { $0.width = 25 } == "the width is not a multiple of the heads")
    #expect(
      misfit(MistralFamily.self) { ($0.window, $0.windowedLayers) = (3, [true, false]) }
        == "only some layers have the window")
    #expect(misfit(Qwen2Family.self) { _ in } == "biases stand in other places")
    #expect(misfit(Qwen3Family.self) { _ in } == "does not norm queries and keys")
    #expect(
      misfit(SmolLM3Family.self) { $0.isParallel = true } == "both sub-layers read what enters the layer")
    func gemma(_ c: inout TransformerConfiguration) {
      (c.activation, c.embeddingScale, c.normPlacement) = (.geluTanh, Float(24.0.squareRoot()), .sandwich)
    }
    #expect(misfit(Gemma2Family.self) { gemma(&$0) } == "none")
    #expect(misfit(GemmaFamily.self) { gemma(&$0) } == "norms stand in other places")
    #expect(
      misfit(Gemma2Family.self) {
        gemma(&$0); $0.attentionScale = 0.3
      }
        == "the scale of attention's scores is not one over the root of a whole number")
    #expect(
      misfit(Gemma2Family.self) {
        gemma(&$0); $0.embeddingScale = 2
      }
        == "the embedding's scale is not the root of the width")
    #expect(
      misfit(Gemma3Family.self) {
        gemma(&$0); ($0.window, $0.normsQueriesAndKeys) = (3, true)
      }
        == "windowed layers have no rotary base of their own")
    #expect(misfit(MPTFamily.self) { ($0.position, $0.biases) = (.alibi, .all) } == "has biases")
    #expect(misfit(BloomFamily.self) { _ in } == "positions are not ALiBi")
  }
}
