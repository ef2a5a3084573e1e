import LMAutograd
import LMRuntime

/// DistilBERT (arXiv 1910.01108): BERT without segments and pooler, under names of its own.
public enum DistilBertFamily: ModelFamily {
  public static let modelType = "distilbert"
  public static let architecture = "DistilBertModel"

  static let classes: [EncoderClass] = [
    EncoderClass("DistilBertForMaskedLM", .masked), EncoderClass("DistilBertModel", []),
  ]
  /// ε of its norms, which is in no file.
  private static let epsilon: Float = 1e-12

  public static func architecture(_ c: TransformerConfiguration) -> String {
    classes.first { $0.outputs == c.outputs }?.name ?? architecture
  }

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if c.segments != 0 { return "segments have embeddings" }
    if c.positionOffset != 0 { return "positions do not begin at 0" }
    if c.normEpsilon != epsilon { return "the norms' epsilon is not 1e-12" }
    return c.encoderMisfit(classes)
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    let size = 1...(1 << 30)
    var c = TransformerConfiguration(
      vocabularySize: try config["vocab_size"].integer(in: size),
      contextLength: try config["max_position_embeddings"].integer(in: size),
      width: try config["dim"].integer(in: size), layers: try config["n_layers"].integer(in: size),
      heads: try config["n_heads"].integer(in: size), hiddenWidth: try config["hidden_dim"].integer(in: size))
    c.encoder(activation: try EncoderClass.activation(config, "activation"))
    c.normEpsilon = epsilon
    c.tiesHead = try config.optional("tie_word_embeddings")?.bool() ?? true
    c.outputs = try EncoderClass.outputs(config, classes)
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var config = JSONObject()
    config["vocab_size"] = .integer(c.vocabularySize)
    config["max_position_embeddings"] = .integer(c.contextLength)
    config["sinusoidal_pos_embds"] = .bool(false)
    config["dim"] = .integer(c.width)
    config["n_layers"] = .integer(c.layers)
    config["n_heads"] = .integer(c.heads)
    config["hidden_dim"] = .integer(c.hiddenWidth)
    config["activation"] = .string(EncoderClass.name(of: c.activation))
    config["dropout"] = .number(Double(String(c.dropout)) ?? 0)
    config["attention_dropout"] = .number(0)
    config["tie_word_embeddings"] = .bool(c.tiesHead)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    let head = c.outputs.contains(.transform)
    var names = [
      WeightName("distilbert.embeddings.word_embeddings.weight", "embedding.weight"),
      WeightName("distilbert.embeddings.position_embeddings.weight", "positions.weight"),
    ]
    names += WeightName.layer("distilbert.embeddings.LayerNorm", "embedding.norm", outputs: c.width)
    names += WeightName.layer("vocab_transform", "head.transform", outputs: c.width, if: head)
    names += WeightName.layer("vocab_layer_norm", "head.norm", outputs: c.width, if: head)
    if head { names.append(WeightName("vocab_projector.bias", "head.bias")) }
    if !c.tiesHead { names.append(WeightName("vocab_projector.weight", "head.weight")) }
    return names
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    let (file, own) = ("distilbert.transformer.layer.\(layer)", "layers.\(layer)")
    return ["q", "k", "v"].enumerated().flatMap { part, name in
      WeightName.layer(
        "\(file).attention.\(name)_lin", "\(own).attention.input", outputs: c.width,
        rows: part * c.width..<(part + 1) * c.width)
    } + WeightName.layer("\(file).attention.out_lin", "\(own).attention.output", outputs: c.width)
      + WeightName.layer("\(file).sa_layer_norm", "\(own).attention.norm", outputs: c.width)
      + WeightName.layer("\(file).ffn.lin1", "\(own).feed_forward.input", outputs: c.hiddenWidth)
      + WeightName.layer("\(file).ffn.lin2", "\(own).feed_forward.output", outputs: c.width)
      + WeightName.layer("\(file).output_layer_norm", "\(own).feed_forward.norm", outputs: c.width)
  }

  public static func passesOver(_ name: String, _ c: TransformerConfiguration) -> Bool {
    name.hasSuffix("embeddings.position_ids") || name.hasPrefix("vocab_")
  }
}
