import LMRuntime

/// Llama and what is built like it, such as Mistral and SmolLM2.
enum LlamaGGUF: GGUFFamily {
  static let architecture = "llama"
  static let family: any ModelFamily.Type = LlamaFamily.self
  static let keys = rotaryKeys
  static let outerNames = [
    ("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output"),
  ]
  static let layerPrefix = "model.layers."
  static let layerNames = [
    ("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm"),
    ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"), ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
  ]

  /// What all families with rotary positions and RMSNorm say.
  static let rotaryKeys = [
    GGUFKey("vocab_size", "vocab_size", isOptional: true), GGUFKey("block_count", "num_hidden_layers"),
    GGUFKey("context_length", "max_position_embeddings"), GGUFKey("embedding_length", "hidden_size"),
    GGUFKey("feed_forward_length", "intermediate_size"),
    GGUFKey("attention.head_count", "num_attention_heads"),
    GGUFKey("attention.head_count_kv", "num_key_value_heads", isOptional: true),
    GGUFKey("attention.layer_norm_rms_epsilon", "rms_norm_eps", .number),
    // The last one counts; files whose values have another width are refused for the shapes of their tensors.
    GGUFKey("attention.value_length", "head_dim", isOptional: true),
    GGUFKey("attention.key_length", "head_dim", isOptional: true),
  ]

  /// ggml rotates neighbours, transformers the halves of a head.
  static func layout(_ name: String, _ c: TransformerConfiguration) -> WeightName.Layout {
    name == "attn_q" || name == "attn_k" ? .rotaryPairs(headWidth: c.headWidth) : .plain
  }

  static func complete(_ config: inout JSONObject, from file: GGUFFile) throws(LMError) {
    func hasBias(_ name: String) -> Bool { file.tensors.contains { $0.name == "blk.0.\(name).bias" } }
    config["attention_bias"] = .bool(hasBias("attn_q"))
    config["mlp_bias"] = .bool(hasBias("ffn_down"))
    try GGUFRotary.read(&config, architecture, file)
  }

  static func complete(_ metadata: inout GGUFMetadata, from config: JSONField) throws(LMError) {
    try GGUFRotary.write(config, architecture, to: &metadata)
  }
}
