import LMRuntime

/// GPT-2; its Conv1D weights are transposed back by converters.
enum GPT2GGUF: GGUFFamily {
  static let architecture = "gpt2"
  static let family: any ModelFamily.Type = GPT2Family.self
  static let keys = [
    GGUFKey("block_count", "n_layer"), GGUFKey("context_length", "n_positions"),
    GGUFKey("embedding_length", "n_embd"), GGUFKey("feed_forward_length", "n_inner"),
    GGUFKey("attention.head_count", "n_head"),
    GGUFKey("attention.layer_norm_epsilon", "layer_norm_epsilon", .number),
  ]
  static let outerNames = [
    ("transformer.wte", "token_embd"), ("transformer.wpe", "position_embd"),
    ("transformer.ln_f", "output_norm"), ("lm_head", "output"),
  ]
  static let layerPrefix = "transformer.h."
  static let layerNames = [
    ("ln_1", "attn_norm"), ("ln_2", "ffn_norm"), ("attn.c_attn", "attn_qkv"), ("attn.c_proj", "attn_output"),
    ("mlp.c_fc", "ffn_up"), ("mlp.c_proj", "ffn_down"),
  ]
}
