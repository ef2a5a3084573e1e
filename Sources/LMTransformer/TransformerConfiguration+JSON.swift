import LMAttention
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
    case .rotary(let settings):
      object["position"] = .string("rope")
      object["rope_base"] = .number(settings.base)
      object["rope_width"] = settings.width.map { .integer($0) }
      object["rope_scaling"] = settings.scaling.json
    }
    object["activation"] = .string(activation.rawValue)
    object["gated"] = .bool(isGated)
    object["biases"] = biases == [] || biases == .all ? .bool(hasBiases) : .integer(biases.rawValue)
    object["query_key_norm"] = .bool(normsQueriesAndKeys)
    object["embedding_norm"] = .bool(normsEmbedding)
    object["tied_head"] = .bool(tiesHead)
    object["residual_scale"] = .number(Double(String(residualScale)) ?? 1)
    object["dropout"] = .number(Double(String(dropout)) ?? 0)
    writeRare(to: &object)
    return .object(object)
  }

  /// The choices of few families, where they are made.
  private func writeRare(to object: inout JSONObject) {
    let usual = TransformerConfiguration(
      vocabularySize: 1, contextLength: 1, width: 1, layers: 1, heads: 1, hiddenWidth: 1)
    func number(_ value: Float?) -> JSON? { value.map { .number(Double(String($0)) ?? 0) } }
    func pattern(_ layers: [Bool]) -> JSON? { layers == [true] ? nil : .array(layers.map { .bool($0) }) }
    if isParallel { object["parallel"] = .bool(true) }
    if !isCausal { object["causal"] = .bool(false) }
    if seesWholePrompt { object["whole_prompt"] = .bool(true) }
    object["window"] = window.map { .integer($0) }
    object["windowed_layers"] = pattern(windowedLayers)
    object["windowed_rope_base"] = windowedRotaryBase.map { .number($0) }
    object["rotated_layers"] = pattern(rotatedLayers)
    object["attention_scale"] = number(attentionScale)
    object["attention_soft_cap"] = number(attentionSoftCap)
    object["logit_soft_cap"] = number(logitSoftCap)
    if embeddingScale != usual.embeddingScale { object["embedding_scale"] = number(embeddingScale) }
    if alibiMaximum != usual.alibiMaximum { object["alibi_maximum"] = number(alibiMaximum) }
    if positionOffset != 0 { object["position_offset"] = .integer(positionOffset) }
    if segments != 0 { object["segments"] = .integer(segments) }
    if outputs != .vocabulary {
      object["outputs"] = .array(
        Self.outputNames.filter { outputs.contains($0.output) }.map { .string($0.name) })
    }
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
    case "rope":
      var settings = RotarySettings(base: try field["rope_base"].double())
      settings.width = try field.optional("rope_width")?.integer(in: size)
      if let scaling = try field.optional("rope_scaling") { settings.scaling = try RotaryScaling(scaling) }
      position = .rotary(settings)
    default:
      throw try field["position"].unsupported("this position", "use learned, sinusoidal, rope or alibi")
    }
    activation = try Self.choice(field["activation"])
    isGated = try field["gated"].bool()
    if case .integer(let bits) = try field["biases"].value {
      biases = Biases(rawValue: bits).intersection(.all)
    } else {
      hasBiases = try field["biases"].bool()
    }
    normsQueriesAndKeys = try field["query_key_norm"].bool()
    normsEmbedding = try field["embedding_norm"].bool()
    tiesHead = try field["tied_head"].bool()
    residualScale = Float(try field["residual_scale"].double())
    dropout = Float(try field["dropout"].double())
    try readRare(field)
  }

  private mutating func readRare(_ field: JSONField) throws(LMError) {
    let size = 1...(1 << 30)
    func number(_ key: String) throws(LMError) -> Float? {
      guard let value = try field.optional(key) else { return nil }
      return Float(try value.double())
    }
    isParallel = try field.optional("parallel")?.bool() ?? false
    isCausal = try field.optional("causal")?.bool() ?? true
    seesWholePrompt = try field.optional("whole_prompt")?.bool() ?? false
    window = try field.optional("window")?.integer(in: size)
    windowedLayers = try Self.pattern(field.optional("windowed_layers"))
    windowedRotaryBase = try field.optional("windowed_rope_base")?.double()
    rotatedLayers = try Self.pattern(field.optional("rotated_layers"))
    attentionScale = try number("attention_scale")
    attentionSoftCap = try number("attention_soft_cap")
    logitSoftCap = try number("logit_soft_cap")
    embeddingScale = try number("embedding_scale") ?? 1
    alibiMaximum = try number("alibi_maximum") ?? 8
    positionOffset = try field.optional("position_offset")?.integer(in: 0...1024) ?? 0
    segments = try field.optional("segments")?.integer(in: 0...1024) ?? 0
    if let names = try field.optional("outputs") {
      outputs = []
      for field in try names.array() {
        let name = try field.string()
        guard let known = Self.outputNames.first(where: { $0.name == name }) else {
          throw field.unsupported("\"\(name)\"", "use a file that this version wrote")
        }
        outputs.insert(known.output)
      }
    }
  }

  private static let outputNames: [(name: String, output: Outputs)] = [
    ("vocabulary", .vocabulary), ("transform", .transform), ("vocabulary_bias", .vocabularyBias),
    ("pooler", .pooler), ("next_sentence", .nextSentence),
  ]

  private static func pattern(_ field: JSONField?) throws(LMError) -> [Bool] {
    guard let field else { return [true] }
    var layers: [Bool] = []
    for layer in try field.array() { layers.append(try layer.bool()) }
    guard !layers.isEmpty else { throw field.unexpected("a list that is not empty") }
    return layers
  }

  private static func choice<Choice: RawRepresentable<String>>(_ field: JSONField) throws(LMError) -> Choice {
    let name = try field.string()
    guard let choice = Choice(rawValue: name) else {
      throw field.unsupported("\"\(name)\"", "use a file that this version wrote")
    }
    return choice
  }
}
