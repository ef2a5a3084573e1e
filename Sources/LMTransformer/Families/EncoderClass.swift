import LMAutograd
import LMRuntime

/// A class of transformers for an encoder, and what it computes from the hidden states.
struct EncoderClass {
  let name: String
  let outputs: TransformerConfiguration.Outputs

  init(_ name: String, _ outputs: TransformerConfiguration.Outputs) {
    self.name = name
    self.outputs = outputs
  }

  /// The outputs of the class that `architectures` names; without that key, those of the bare model.
  /// - Throws: ``LMError`` for classes that are not among `known`, which it lists.
  static func outputs(
    _ config: JSONField, _ known: [EncoderClass]
  ) throws(LMError) -> TransformerConfiguration.Outputs {
    let bare = known.first { !$0.outputs.contains(.vocabulary) && !$0.outputs.contains(.nextSentence) }
    guard let names = try config.optional("architectures"), let first = try names.array().first else {
      return bare?.outputs ?? []
    }
    let name = try first.string()
    if let match = known.first(where: { $0.name == name }) { return match.outputs }
    var list: [String] = []
    for known in known where !list.contains(known.name) { list.append(known.name) }
    throw first.unsupported("\"\(name)\"", "use a model of one of: \(list.joined(separator: ", "))")
  }

  private static let activations: [(name: String, kind: Activation)] = [
    ("gelu", .gelu), ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("relu", .relu),
    ("silu", .silu), ("swish", .silu),
  ]

  /// The activation under `key`, GELU where it is missing.
  static func activation(_ config: JSONField, _ key: String) throws(LMError) -> Activation {
    guard let field = try config.optional(key) else { return .gelu }
    let name = try field.string()
    if let known = activations.first(where: { $0.name == name }) { return known.kind }
    throw field.unsupported("\"\(name)\"", "use a model with gelu, gelu_new, relu or silu")
  }

  /// What transformers calls `activation`.
  static func name(of activation: Activation) -> String {
    activations.first { $0.kind == activation }?.name ?? "gelu"
  }

  /// Activations that have a name.
  static var knownActivations: [Activation] { activations.map(\.kind) }
}

extension TransformerConfiguration {
  /// An encoder as BERT is one: everything sees everything, LayerNorm behind the layers and the embedding, learned
  /// positions, biases, no gate.
  public mutating func encoder(activation: Activation = .gelu) {
    isCausal = false
    norm = .layer
    normPlacement = .post
    normsEmbedding = true
    normEpsilon = 1e-12
    position = .learned
    hasBiases = true
    isGated = false
    self.activation = activation
  }

  /// What stands against such an encoder, with the outputs of one of `classes`; nil if nothing does.
  func encoderMisfit(_ classes: [EncoderClass]) -> String? {
    if let misfit = rareMisfit(allowing: [.bidirectional, .segments, .positionOffset, .outputs]) {
      return misfit
    }
    if isCausal { return "tokens do not see what comes after them" }
    if norm != .layer || normPlacement != .post { return "norms are not LayerNorm behind their layers" }
    if !normsEmbedding { return "the embedding is not normed" }
    if position != .learned { return "positions are not learned" }
    if isGated || !EncoderClass.knownActivations.contains(activation) {
      return "the feed-forward layer is gated or another"
    }
    if heads != keyValueHeads { return "key/value heads are shared" }
    if heads * headWidth != width { return "heads do not fill the width" }
    if normsQueriesAndKeys { return "queries and keys are normed" }
    if !classes.contains(where: { $0.outputs == outputs }) { return "no class has these heads" }
    return residualScale == 1 ? nil : "residuals are scaled"
  }
}

extension WeightName {
  /// Weight and bias of one layer, none where `exists` is false.
  static func layer(
    _ name: String, _ parameter: String, outputs: Int, rows: Range<Int>? = nil, if exists: Bool = true
  ) -> [WeightName] {
    guard exists else { return [] }
    return [
      WeightName("\(name).weight", "\(parameter).weight", rows: rows),
      WeightName("\(name).bias", "\(parameter).bias", rows: rows, zeros: [outputs]),
    ]
  }
}
