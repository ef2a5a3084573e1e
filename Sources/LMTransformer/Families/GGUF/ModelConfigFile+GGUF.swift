import LMRuntime

extension ModelConfigFile {
  /// Reads family, configuration and special tokens from the metadata of a GGUF file.
  /// - Parameter rotaryFactors: the tensor `rope_freqs.weight`, where the file has it.
  /// - Throws: ``LMError`` for unknown architectures, missing keys and sizes that cannot be.
  public init(_ file: GGUFFile, rotaryFactors: [Float]? = nil) throws(LMError) {
    let architecture = try GGUFFamilies.architecture(of: file)
    var config = try architecture.config(file)
    for (key, name) in Self.specialTokenKeys {
      guard let id = try file.integer("tokenizer.ggml.\(name)"), id >= 0, id < Int(UInt32.max) else {
        continue
      }
      config[key] = .integer(id)
    }
    let plain = try ModelConfigFile(JSONField(.object(config), in: "\(file.place), metadata"), at: file.place)
    guard let rotaryFactors else {
      self = plain
      return
    }
    var configuration = plain.configuration
    try RotaryFactors.apply(rotaryFactors, to: &configuration, at: file.place)
    self.init(family: plain.family, configuration: configuration, specialTokens: plain.specialTokens)
  }

  private static let specialTokenKeys = [
    ("bos_token_id", "bos_token_id"), ("eos_token_id", "eos_token_id"),
    ("pad_token_id", "padding_token_id"),
  ]

  /// The metadata of a GGUF file for this model, without name, types and vocabulary.
  /// - Throws: ``LMError`` where the family, or a choice of this model, has no form in GGUF.
  public func ggufMetadata(at place: String) throws(LMError) -> GGUFMetadata {
    let architecture = try GGUFFamilies.architecture(for: family, at: place)
    let config = JSONField(.object(family.config(configuration)), in: place)
    var metadata = GGUFMetadata()
    try metadata.set("general.architecture", architecture.architecture)
    try metadata.set("general.type", "model")
    for key in architecture.keys { try key.write(config, architecture.architecture, to: &metadata) }
    try architecture.complete(&metadata, from: config)
    try metadata.set("\(architecture.architecture).vocab_size", configuration.vocabularySize)
    return metadata
  }

  /// The tensor `rope_freqs.weight` of this model, nil where it needs none.
  public var rotaryFactors: [Float]? { RotaryFactors.of(configuration) }

  /// Names of the weights in a GGUF file of this model.
  /// - Throws: ``LMError`` where the family, or one of its weights, has no form in GGUF.
  package func ggufWeights(at place: String) throws(LMError) -> [WeightName] {
    try GGUFFamilies.architecture(for: family, at: place).weights(configuration)
  }
}
