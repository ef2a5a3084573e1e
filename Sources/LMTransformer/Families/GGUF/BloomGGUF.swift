import LMRuntime

/// Bloom; converters put all queries before all keys and values.
enum BloomGGUF: GGUFFamily {
  static let architecture = "bloom"
  static let family: any ModelFamily.Type = BloomFamily.self
  static let keys = [
    GGUFKey("context_length", "seq_length"), GGUFKey("embedding_length", "hidden_size"),
    GGUFKey("block_count", "n_layer"), GGUFKey("attention.head_count", "n_head"),
    GGUFKey("attention.layer_norm_epsilon", "layer_norm_epsilon", .number),
  ]
  static let outerNames = [
    ("transformer.word_embeddings", "token_embd"),
    ("transformer.word_embeddings_layernorm", "token_embd_norm"), ("transformer.ln_f", "output_norm"),
    ("lm_head", "output"),
  ]
  static let layerPrefix = "transformer.h."
  static let layerNames = [
    ("input_layernorm", "attn_norm"), ("self_attention.query_key_value", "attn_qkv"),
    ("self_attention.dense", "attn_output"), ("post_attention_layernorm", "ffn_norm"),
    ("mlp.dense_h_to_4h", "ffn_up"), ("mlp.dense_4h_to_h", "ffn_down"),
  ]

  static func complete(_ config: inout JSONObject, from file: GGUFFile) throws(LMError) {
    guard let width = try file.integer("\(architecture).embedding_length"), width < 1 << 30,
      let hidden = try file.integer("\(architecture).feed_forward_length"), hidden != 4 * width
    else { return }
    throw file.failure(
      "\(architecture).feed_forward_length", "is \(hidden), Bloom has four times the width of \(width)")
  }

  static func complete(_ metadata: inout GGUFMetadata, from config: JSONField) throws(LMError) {
    let heads = try config["n_head"].integer()
    try metadata.set("\(architecture).feed_forward_length", 4 * (try config["hidden_size"].integer()))
    try metadata.set("\(architecture).attention.head_count_kv", heads)
  }
}
