import LMRuntime

/// `config.json` of a model folder: family, configuration, special tokens.
public struct ModelConfigFile: Sendable {
  /// The family whose names the weights have.
  public let family: any ModelFamily.Type
  /// What the model is made of.
  public let configuration: TransformerConfiguration
  /// Special tokens by their keys: `bos_token_id`, `eos_token_id`, `pad_token_id`.
  public let specialTokens: [String: Int]

  private static let specialKeys = ["bos_token_id", "eos_token_id", "pad_token_id"]

  /// The file for a model that is to be written.
  public init(
    family: any ModelFamily.Type, configuration: TransformerConfiguration, specialTokens: [String: Int]
  ) {
    self.family = family
    self.configuration = configuration
    self.specialTokens = specialTokens
  }

  /// Reads `config.json`.
  /// - Throws: ``LMError`` for unknown architectures, missing keys and sizes that cannot be.
  public init(_ config: JSONField, at place: String) throws(LMError) {
    family = try ModelFamilies.named(try config["model_type"].string(), at: place)
    if let own = try config.optional("lm") {
      configuration = try TransformerConfiguration(own)
      if let misfit = family.misfit(configuration) {
        throw LMError(
          at: place, "says model_type \"\(family.modelType)\", but under \"lm\" \(misfit)",
          remedy: "use the file as lm wrote it")
      }
    } else {
      configuration = try family.configuration(config)
    }
    try configuration.validate(at: place)
    var tokens: [String: Int] = [:]
    for key in Self.specialKeys {
      guard let field = try config.optional(key) else { continue }
      // Some models list several ends of text; the first one counts.
      if case .array(let ids) = field.value, case .integer(let id)? = ids.first {
        tokens[key] = id
      } else {
        tokens[key] = try field.integer(in: -1...Int(Int32.max))
      }
    }
    specialTokens = tokens
  }

  /// Whether transformers computes the same from this folder; otherwise what stands against it.
  public var misfit: String? { family.misfit(configuration) }

  /// The same for files that hold every bit of the weights: as lm's own where the family's files do not.
  package var exact: ModelConfigFile {
    guard family.weights(configuration).contains(where: { $0.offset != 0 }) else { return self }
    return ModelConfigFile(
      family: NativeFamily.self, configuration: configuration, specialTokens: specialTokens)
  }

  /// The file's contents. Choices that the family cannot express are kept under "lm".
  public var json: JSON {
    var object = JSONObject()
    object["architectures"] = .array([.string(family.architecture(configuration))])
    object["model_type"] = .string(family.modelType)
    for member in family.config(configuration) { object[member.key] = member.value }
    object["dtype"] = .string("float32")
    // What the family itself says, such as the padding before RoBERTa's positions, stands.
    for key in Self.specialKeys where object[key] == nil {
      object[key] = specialTokens[key].map { .integer($0) } ?? .null
    }
    object["lm"] = configuration.json
    return .object(object)
  }
}
