import LMAutograd
import LMRuntime

/// BERT (arXiv 1810.04805) and what has its shape, such as MiniLM (arXiv 2002.10957): an encoder with norms behind
/// its layers, learned positions, segments; heads as `architectures` names them.
public enum BertFamily: ModelFamily {
  public static let modelType = "bert"
  public static let architecture = "BertModel"

  /// Classes of transformers with the outputs that they compute; the last one also stands for none.
  static let classes: [EncoderClass] = [
    EncoderClass("BertForPreTraining", [.masked, .pooler, .nextSentence]),
    EncoderClass("BertForMaskedLM", .masked),
    EncoderClass("BertForNextSentencePrediction", [.pooler, .nextSentence]),
    EncoderClass("BertModel", .pooler), EncoderClass("BertModel", []),
  ]

  public static func architecture(_ c: TransformerConfiguration) -> String {
    classes.first { $0.outputs == c.outputs }?.name ?? architecture
  }

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if c.segments == 0 { return "segments have no embeddings" }
    if c.positionOffset != 0 { return "positions do not begin at 0" }
    return c.encoderMisfit(classes)
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    var c = try encoder(config)
    c.contextLength = try config["max_position_embeddings"].integer(in: 1...(1 << 30))
    c.outputs = try EncoderClass.outputs(config, classes)
    return c
  }

  /// What BERT and RoBERTa write alike.
  static func encoder(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let size = 1...(1 << 30)
    var c = TransformerConfiguration(
      vocabularySize: try config["vocab_size"].integer(in: size), contextLength: 1,
      width: try config["hidden_size"].integer(in: size),
      layers: try config["num_hidden_layers"].integer(in: size),
      heads: try config["num_attention_heads"].integer(in: size),
      hiddenWidth: try config["intermediate_size"].integer(in: size))
    c.encoder(activation: try EncoderClass.activation(config, "hidden_act"))
    c.normEpsilon = Float(try config.optional("layer_norm_eps")?.double() ?? 1e-12)
    c.segments = try config.optional("type_vocab_size")?.integer(in: 1...1024) ?? 2
    c.tiesHead = try config.optional("tie_word_embeddings")?.bool() ?? true
    if try config.optional("is_decoder")?.bool() == true {
      throw config.unsupported("is_decoder", "use an encoder")
    }
    let positions = try config.optional("position_embedding_type")?.string() ?? "absolute"
    guard positions == "absolute" else {
      throw config.unsupported("position_embedding_type \"\(positions)\"", "use a model with \"absolute\"")
    }
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["max_position_embeddings"] = .integer(c.contextLength + c.positionOffset)
    config["hidden_size"] = .integer(c.width)
    config["num_hidden_layers"] = .integer(c.layers)
    config["num_attention_heads"] = .integer(c.heads)
    config["intermediate_size"] = .integer(c.hiddenWidth)
    config["hidden_act"] = .string(EncoderClass.name(of: c.activation))
    config["layer_norm_eps"] = .number(Double(String(c.normEpsilon)) ?? 1e-12)
    config["type_vocab_size"] = .integer(c.segments)
    config["hidden_dropout_prob"] = .number(Double(String(c.dropout)) ?? 0)
    config["attention_probs_dropout_prob"] = .number(0)
    config["position_embedding_type"] = .string("absolute")
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = bodyWeights("bert", c)
    names += WeightName.layer(
      "bert.pooler.dense", "pooler", outputs: c.width, if: c.outputs.contains(.pooler))
    let head = c.outputs.contains(.transform)
    names += WeightName.layer("cls.predictions.transform.dense", "head.transform", outputs: c.width, if: head)
    names += WeightName.layer("cls.predictions.transform.LayerNorm", "head.norm", outputs: c.width, if: head)
    // transformers adds the decoder's bias, of which the other one is a copy only where the head is tied.
    let bias = c.tiesHead ? "cls.predictions.bias" : "cls.predictions.decoder.bias"
    if head { names.append(WeightName(bias, "head.bias")) }
    if !c.tiesHead { names.append(WeightName("cls.predictions.decoder.weight", "head.weight")) }
    return names
      + WeightName.layer(
        "cls.seq_relationship", "next_sentence", outputs: 2, if: c.outputs.contains(.nextSentence))
  }

  /// Embeddings under the name of the stack.
  static func bodyWeights(_ stack: String, _ c: TransformerConfiguration) -> [WeightName] {
    [
      WeightName("\(stack).embeddings.word_embeddings.weight", "embedding.weight"),
      WeightName("\(stack).embeddings.position_embeddings.weight", "positions.weight"),
      WeightName("\(stack).embeddings.token_type_embeddings.weight", "segments.weight"),
    ] + WeightName.layer("\(stack).embeddings.LayerNorm", "embedding.norm", outputs: c.width)
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    layerWeights("bert", c, layer)
  }

  /// Weights of a layer under the name of the stack.
  static func layerWeights(_ stack: String, _ c: TransformerConfiguration, _ layer: Int) -> [WeightName] {
    let (file, own) = ("\(stack).encoder.layer.\(layer)", "layers.\(layer)")
    return ["query", "key", "value"].enumerated().flatMap { part, name in
      WeightName.layer(
        "\(file).attention.self.\(name)", "\(own).attention.input", outputs: c.width,
        rows: part * c.width..<(part + 1) * c.width)
    } + WeightName.layer("\(file).attention.output.dense", "\(own).attention.output", outputs: c.width)
      + WeightName.layer("\(file).attention.output.LayerNorm", "\(own).attention.norm", outputs: c.width)
      + WeightName.layer("\(file).intermediate.dense", "\(own).feed_forward.input", outputs: c.hiddenWidth)
      + WeightName.layer("\(file).output.dense", "\(own).feed_forward.output", outputs: c.width)
      + WeightName.layer("\(file).output.LayerNorm", "\(own).feed_forward.norm", outputs: c.width)
  }

  public static func passesOver(_ name: String, _ c: TransformerConfiguration) -> Bool {
    name.hasSuffix("embeddings.position_ids") || name.hasPrefix("cls.") || name.hasPrefix("bert.pooler.")
      || name.hasPrefix("pooler.")
  }
}
