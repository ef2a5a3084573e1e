import LMAutograd
import LMRuntime

/// RoBERTa (arXiv 1907.11692): BERT with positions behind those of padding, one kind of segment, and a head under
/// names of its own.
public enum RobertaFamily: ModelFamily {
  public static let modelType = "roberta"
  public static let architecture = "RobertaModel"

  static let classes: [EncoderClass] = [
    EncoderClass("RobertaForMaskedLM", .masked), EncoderClass("RobertaModel", .pooler),
    EncoderClass("RobertaModel", []),
  ]

  public static func architecture(_ c: TransformerConfiguration) -> String {
    classes.first { $0.outputs == c.outputs }?.name ?? architecture
  }

  public static func misfit(_ c: TransformerConfiguration) -> String? {
    if c.segments == 0 { return "segments have no embeddings" }
    if c.positionOffset == 0 { return "positions begin at 0" }
    if c.outputs.contains(.transform), c.activation != .gelu { return "the head's activation is not GELU" }
    return c.encoderMisfit(classes)
  }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    var c = try BertFamily.encoder(config)
    // transformers numbers positions from the padding id on, which no token has.
    c.positionOffset = try (config.optional("pad_token_id")?.integer(in: 0...1023) ?? 1) + 1
    let rows = try config["max_position_embeddings"].integer(in: c.positionOffset + 1...(1 << 30))
    c.contextLength = rows - c.positionOffset
    c.outputs = try EncoderClass.outputs(config, classes)
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var config = BertFamily.config(c)
    config["pad_token_id"] = .integer(c.positionOffset - 1)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    let head = c.outputs.contains(.transform)
    var names = BertFamily.bodyWeights("roberta", c)
    names += WeightName.layer(
      "roberta.pooler.dense", "pooler", outputs: c.width, if: c.outputs.contains(.pooler))
    names += WeightName.layer("lm_head.dense", "head.transform", outputs: c.width, if: head)
    names += WeightName.layer("lm_head.layer_norm", "head.norm", outputs: c.width, if: head)
    if head { names.append(WeightName(c.tiesHead ? "lm_head.bias" : "lm_head.decoder.bias", "head.bias")) }
    if !c.tiesHead { names.append(WeightName("lm_head.decoder.weight", "head.weight")) }
    return names
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    BertFamily.layerWeights("roberta", c, layer)
  }

  public static func passesOver(_ name: String, _ c: TransformerConfiguration) -> Bool {
    name.hasSuffix("embeddings.position_ids") || name.hasPrefix("lm_head.")
      || name.hasPrefix("roberta.pooler.") || name.hasPrefix("pooler.")
  }
}
