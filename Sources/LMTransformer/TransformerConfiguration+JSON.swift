import LMAutograd
import LMRuntime

/// The whole configuration as JSON: what `config.json` holds under "lm", so that combinations which no
/// family has, and choices which a family cannot express, come back as they were.
extension TransformerConfiguration {
  /// All choices.
  public var json: JSON {
    var object = JSONObject()
    object["vocabulary_size"] = .integer(vocabularySize)
    object["context_length"] = .integer(contextLength)
    object["width"] = .integer(width)
    object["layers"] = .integer(layers)
    object["heads"] = .integer(heads)
    object["key_value_heads"] = .integer(keyValueHeads)
    object["head_width"] = .integer(headWidth)
    object["hidden_width"] = .integer(hiddenWidth)
    object["norm"] = .string(norm.rawValue)
    object["norm_placement"] = .string(normPlacement.rawValue)
    object["norm_epsilon"] = .number(Double(String(normEpsilon)) ?? 1e-5)
    switch position {
    case .learned: object["position"] = .string("learned")
    case .sinusoidal: object["position"] = .string("sinusoidal")
    case .alibi: object["position"] = .string("alibi")
    case .rotary(let base):
      object["position"] = .string("rope")
      object["rope_base"] = .number(base)
    }
    object["activation"] = .string(activation.rawValue)
    object["gated"] = .bool(isGated)
    object["biases"] = .bool(hasBiases)
    object["query_key_norm"] = .bool(normsQueriesAndKeys)
    object["embedding_norm"] = .bool(normsEmbedding)
    object["tied_head"] = .bool(tiesHead)
    object["residual_scale"] = .number(Double(String(residualScale)) ?? 1)
    object["dropout"] = .number(Double(String(dropout)) ?? 0)
    return .object(object)
  }

  /// Reads what ``json`` wrote.
  /// - Throws: ``LMError`` that names the first key which is missing or wrong.
  public init(_ field: JSONField) throws(LMError) {
    let size = 1...(1 << 30)
    self.init(
      vocabularySize: try field["vocabulary_size"].integer(in: size),
      contextLength: try field["context_length"].integer(in: size),
      width: try field["width"].integer(in: size),
      layers: try field["layers"].integer(in: size), heads: try field["heads"].integer(in: size),
      keyValueHeads: try field["key_value_heads"].integer(in: size),
      headWidth: try field["head_width"].integer(in: size),
      hiddenWidth: try field["hidden_width"].integer(in: size))
    norm = try Self.choice(field["norm"])
    normPlacement = try Self.choice(field["norm_placement"])
    normEpsilon = Float(try field["norm_epsilon"].double())
    switch try field["position"].string() {
    case "learned": position = .learned
    case "sinusoidal": position = .sinusoidal
    case "alibi": position = .alibi
    case "rope": position = .rotary(base: try field["rope_base"].double())
    default:
      throw try field["position"].unsupported("this position", "use learned, sinusoidal, rope or alibi")
    }
    activation = try Self.choice(field["activation"])
    isGated = try field["gated"].bool()
    hasBiases = try field["biases"].bool()
    normsQueriesAndKeys = try field["query_key_norm"].bool()
    normsEmbedding = try field["embedding_norm"].bool()
    tiesHead = try field["tied_head"].bool()
    residualScale = Float(try field["residual_scale"].double())
    dropout = Float(try field["dropout"].double())
  }

  private static func choice<Choice: RawRepresentable<String>>(_ field: JSONField) throws(LMError) -> Choice {
    let name = try field.string()
    guard let choice = Choice(rawValue: name) else {
      throw field.unsupported("\"\(name)\"", "use a file that this version wrote")
    }
    return choice
  }
}
