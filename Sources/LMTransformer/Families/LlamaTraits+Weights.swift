/// The names of weights that Llama and its descendants share.
extension LlamaTraits {
  func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = [WeightName("model.embed_tokens.weight", "embedding.weight"), norm("model.norm", "norm")]
    if !c.tiesHead { names.append(WeightName("lm_head.weight", "head.weight")) }
    return names
  }

  func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    let (file, own) = ("model.layers.\(layer)", "layers.\(layer)")
    return norms(c).map { norm("\(file).\($0)", "\(own).\($1)") }
      + products(c).flatMap { theirs, ours, rows, bias in
        (c.biases.contains(bias) ? ["weight", "bias"] : ["weight"]).map {
          WeightName("\(file).\(theirs).\($0)", "\(own).\(ours).\($0)", rows: rows)
        }
      }
  }

  private func norm(_ theirs: String, _ ours: String) -> WeightName {
    var name = WeightName("\(theirs).weight", "\(ours).weight")
    name.offset = normOffset
    return name
  }

  private func norms(_ c: TransformerConfiguration) -> [(theirs: String, ours: String)] {
    var names = [("input_layernorm", "attention.norm")]
    if c.normPlacement == .sandwich {
      names += [
        ("post_attention_layernorm", "attention.output_norm"),
        ("pre_feedforward_layernorm", "feed_forward.norm"),
        ("post_feedforward_layernorm", "feed_forward.output_norm"),
      ]
    } else {
      names.append(("post_attention_layernorm", "feed_forward.norm"))
    }
    if c.normsQueriesAndKeys {
      names += [("self_attn.q_norm", "attention.query_norm"), ("self_attn.k_norm", "attention.key_norm")]
    }
    return names
  }

  private typealias Product = (
    theirs: String, ours: String, rows: Range<Int>?, bias: TransformerConfiguration.Biases
  )

  private func products(_ c: TransformerConfiguration) -> [Product] {
    let shape = c.attentionShape
    let keys = shape.queryWidth..<shape.queryWidth + shape.keyWidth
    let inputs: [Product] =
      isFused
      ? [
        ("self_attn.qkv_proj", "attention.input", nil, .attentionInput),
        ("mlp.gate_up_proj", "feed_forward.input", nil, .feedForward),
      ]
      : [
        ("self_attn.q_proj", "attention.input", 0..<shape.queryWidth, .attentionInput),
        ("self_attn.k_proj", "attention.input", keys, .attentionInput),
        ("self_attn.v_proj", "attention.input", keys.upperBound..<shape.rowWidth, .attentionInput),
        ("mlp.gate_proj", "feed_forward.input", 0..<c.hiddenWidth, .feedForward),
        ("mlp.up_proj", "feed_forward.input", c.hiddenWidth..<2 * c.hiddenWidth, .feedForward),
      ]
    return inputs + [
      ("self_attn.o_proj", "attention.output", nil, .attentionOutput),
      ("mlp.down_proj", "feed_forward.output", nil, .feedForward),
    ]
  }
}
