import LMAttention
import LMAutograd
import LMRuntime

/// A family that differs from Llama in a few places, which ``traits`` names: rotary positions, RMSNorm, gated
/// feed-forward.
public protocol LlamaDescendant: ModelFamily {
  /// Where it differs.
  static var traits: LlamaTraits { get }
  /// What else stands against `configuration`.
  static func ownMisfit(_ configuration: TransformerConfiguration) -> String?
  /// Reads the keys that Llama does not have.
  static func read(_ config: JSONField, into configuration: inout TransformerConfiguration) throws(LMError)
  /// Writes them.
  static func write(_ configuration: TransformerConfiguration, into config: inout JSONObject)
}

extension LlamaDescendant {
  public static func misfit(_ c: TransformerConfiguration) -> String? { traits.misfit(c) ?? ownMisfit(c) }

  public static func configuration(_ config: JSONField) throws(LMError) -> TransformerConfiguration {
    var c = try traits.configuration(config)
    try read(config, into: &c)
    return c
  }

  public static func config(_ c: TransformerConfiguration) -> JSONObject {
    var config = traits.config(c)
    write(c, into: &config)
    return config
  }

  public static func outerWeights(_ c: TransformerConfiguration) -> [WeightName] { traits.outerWeights(c) }

  public static func layerWeights(_ c: TransformerConfiguration, layer: Int) -> [WeightName] {
    traits.layerWeights(c, layer: layer)
  }

  public static func ownMisfit(_ configuration: TransformerConfiguration) -> String? { nil }

  public static func read(_ config: JSONField, into configuration: inout TransformerConfiguration)
    throws(LMError)
  {}

  public static func write(_ configuration: TransformerConfiguration, into config: inout JSONObject) {}
}

/// Where a ``LlamaDescendant`` differs, and what it takes for keys that a file lacks.
public struct LlamaTraits: Sendable {
  /// Which products may have biases, and the keys that say so.
  enum BiasKeys: Sendable { case none, queriesKeysValues, attention, attentionAndFeedForward }

  var rare: Set<RareChoice> = []
  var biases = BiasKeys.none
  var normPlacement = TransformerConfiguration.NormPlacement.pre
  var normsQueriesAndKeys = false
  /// What files lack of the norms' weights (``WeightName/offset``).
  var normOffset: Float = 0
  var activation = Activation.silu
  /// The key of the activation, and the names of ours there.
  var activationKey = "hidden_act"
  var activationNames = ["silu", "swish"]
  /// Whether transformers wants the width to be a multiple of the heads.
  var dividesWidth = false
  /// Whether a part of each head may be rotated (`partial_rotary_factor`).
  var rotatesInPart = false
  /// Whether queries, keys and values are one tensor in files, and gate and up another.
  var isFused = false

  var vocabularySize: Int?
  var contextLength: Int?
  var heads: Int?
  var keyValueHeads: Int?
  var headWidth: Int?
  var rotaryBase = 10_000.0
  var tiesHead = false
}
