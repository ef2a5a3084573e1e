import LMRuntime

/// Any other combination of choices: ours alone, under the names of the parameters here.
public enum NativeFamily: ModelFamily {
  public static let modelType = "lm"
  public static let architecture = "LMTransformer"

  public static func misfit(_ configuration: TransformerConfiguration) -> String? { nil }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    try TransformerConfiguration(try config["lm"])
  }

  public static func config(_ configuration: TransformerConfiguration) -> JSONObject { JSONObject() }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] {
    var names = ["embedding.weight"]
    if c.position == .learned { names.append("positions.weight") }
    if c.segments > 0 { names.append("segments.weight") }
    if c.normsEmbedding { names += normNames("embedding.norm", c) }
    if c.hasFinalNorm { names += normNames("norm", c) }
    if !c.tiesHead { names.append("head.weight") }
    if c.outputs.contains(.transform) {
      names += ["head.transform.weight", "head.transform.bias"] + normNames("head.norm", c)
    }
    if c.outputs.contains(.vocabularyBias) { names.append("head.bias") }
    if c.outputs.contains(.pooler) { names += ["pooler.weight", "pooler.bias"] }
    if c.outputs.contains(.nextSentence) { names += ["next_sentence.weight", "next_sentence.bias"] }
    return names.map { WeightName($0, $0) }
  }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    var names: [String] = []
    for part in ["attention", "feed_forward"] {
      names += normNames("\(part).norm", c)
      if c.normPlacement == .sandwich { names += normNames("\(part).output_norm", c) }
    }
    let linears: [(String, TransformerConfiguration.Biases)] = [
      ("attention.input", .attentionInput), ("attention.output", .attentionOutput),
      ("feed_forward.input", .feedForward), ("feed_forward.output", .feedForward),
    ]
    for (linear, bias) in linears {
      names += c.biases.contains(bias) ? ["\(linear).weight", "\(linear).bias"] : ["\(linear).weight"]
    }
    if c.normsQueriesAndKeys { names += ["attention.query_norm.weight", "attention.key_norm.weight"] }
    return names.map { WeightName("layers.\(layer).\($0)", "layers.\(layer).\($0)") }
  }

  private static func normNames(_ name: String, _ c: TransformerConfiguration) -> [String] {
    c.norm == .layer && c.biases.contains(.norms) ? ["\(name).weight", "\(name).bias"] : ["\(name).weight"]
  }
}
