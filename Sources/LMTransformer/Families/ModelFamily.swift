import LMRuntime

/// An architecture that other tools know: what its `config.json` says and what its weights are called.
///
/// A family contains no arithmetic; the one ``TransformerBlock`` computes all of them.
public protocol ModelFamily: Sendable {
  /// `model_type` in `config.json`.
  static var modelType: String { get }
  /// Other `model_type`s whose files it reads.
  static var otherModelTypes: [String] { get }
  /// The class that transformers opens the folder with.
  static var architecture: String { get }
  /// The same where it depends on the model's heads.
  static func architecture(_ configuration: TransformerConfiguration) -> String
  /// What a configuration must be to be of this family; the name of the first choice that is not.
  static func misfit(_ configuration: TransformerConfiguration) -> String?
  /// Reads the family's keys.
  static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration
  /// The family's keys for `configuration`, without those that all families share.
  static func config(_ configuration: TransformerConfiguration) -> JSONObject
  /// Names of the weights outside the layers.
  static func outerWeights(_ configuration: TransformerConfiguration) -> [WeightName]
  /// Names of the weights of a layer.
  static func layerWeights(_ configuration: TransformerConfiguration, layer: Int) -> [WeightName]
  /// Whether files may hold a tensor of this name that this model does not need: a buffer, a copy of a tied head,
  /// a head of another class.
  static func passesOver(_ name: String, _ configuration: TransformerConfiguration) -> Bool
}

extension ModelFamily {
  public static var otherModelTypes: [String] { [] }
  public static func architecture(_ configuration: TransformerConfiguration) -> String { architecture }
  public static func passesOver(_ name: String, _ configuration: TransformerConfiguration) -> Bool { false }

  /// All names, in the order of the model.
  package static func weights(_ configuration: TransformerConfiguration) -> [WeightName] {
    var names = outerWeights(configuration)
    for layer in 0..<configuration.layers { names += layerWeights(configuration, layer: layer) }
    return names
  }
}

/// The families that can be read and written.
public enum ModelFamilies {
  /// In the order in which they are offered.
  public static let all: [any ModelFamily.Type] = [
    LlamaFamily.self, SmolLM3Family.self, MistralFamily.self, Qwen2Family.self, Qwen3Family.self,
    Phi3Family.self, GemmaFamily.self, Gemma2Family.self, Gemma3Family.self, GPT2Family.self,
    GPTNeoXFamily.self, BloomFamily.self, MPTFamily.self, BertFamily.self, RobertaFamily.self,
    DistilBertFamily.self,
    NativeFamily.self,
  ]

  /// The family called `modelType`.
  /// - Throws: ``LMError`` that lists the known ones.
  public static func named(_ modelType: String, at place: String) throws(LMError) -> any ModelFamily.Type {
    let found = all.first { $0.modelType == modelType || $0.otherModelTypes.contains(modelType) }
    if let found { return found }
    let known = all.map { $0.modelType }.joined(separator: ", ")
    throw LMError(
      at: place, "the architecture \"\(modelType)\" is unknown", remedy: "use a model of one of: \(known)")
  }
}
