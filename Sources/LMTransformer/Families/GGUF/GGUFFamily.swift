import LMRuntime

/// How GGUF files write a family: its keys, and what its weights are called there.
///
/// The metadata of a file become the `config.json` that transformers would have, and that is read by the
/// ``ModelFamily``; names of weights are translated from those of the family.
protocol GGUFFamily: Sendable {
  /// `general.architecture`.
  static var architecture: String { get }
  /// The family in model folders.
  static var family: any ModelFamily.Type { get }
  /// The numbers that file and `config.json` share.
  static var keys: [GGUFKey] { get }
  /// Weights outside the layers: the name of the family and that of GGUF, without `.weight` and `.bias`.
  static var outerNames: [(String, String)] { get }
  /// What stands before the number of a layer in the names of the family.
  static var layerPrefix: String { get }
  /// Weights of a layer: what follows the number of the layer, in the family and in GGUF.
  static var layerNames: [(String, String)] { get }
  /// How GGUF lays out the weight that it calls `name` (behind `blk.N.` in a layer).
  static func layout(_ name: String, _ configuration: TransformerConfiguration) -> WeightName.Layout
  /// Adds to `config` what does not follow from ``keys``.
  static func complete(_ config: inout JSONObject, from file: GGUFFile) throws(LMError)
  /// Adds to `metadata` what does not follow from ``keys``.
  static func complete(_ metadata: inout GGUFMetadata, from config: JSONField) throws(LMError)
}

extension GGUFFamily {
  /// Rows as here; converters untangle what checkpoints have in other orders.
  static func layout(_ name: String, _ c: TransformerConfiguration) -> WeightName.Layout { .plain }
  static func complete(_ config: inout JSONObject, from file: GGUFFile) throws(LMError) {}
  static func complete(_ metadata: inout GGUFMetadata, from config: JSONField) throws(LMError) {}

  /// All names, in the order of the model.
  /// - Throws: ``LMError`` where a weight of the family has no name in GGUF.
  static func weights(_ c: TransformerConfiguration) throws(LMError) -> [WeightName] {
    var names: [WeightName] = []
    for weight in family.outerWeights(c) {
      names.append(try renamed(weight, prefix: "", outerNames, to: "", c))
    }
    for layer in 0..<c.layers {
      for weight in family.layerWeights(c, layer: layer) {
        names.append(
          try renamed(weight, prefix: "\(layerPrefix)\(layer).", layerNames, to: "blk.\(layer).", c))
      }
    }
    return names
  }

  private static func renamed(
    _ weight: WeightName, prefix: String, _ names: [(String, String)], to newPrefix: String,
    _ c: TransformerConfiguration
  ) throws(LMError) -> WeightName {
    let kind = weight.name.split(separator: ".").last ?? ""
    let stem = weight.name.dropFirst(prefix.count).dropLast(kind.count + 1)
    guard weight.name.hasPrefix(prefix), let name = names.first(where: { $0.0 == stem })?.1 else {
      throw LMError(
        at: weight.name, "has no name in GGUF files of the architecture \"\(architecture)\"",
        remedy: "use the model as a folder")
    }
    return weight.renamed("\(newPrefix)\(name).\(kind)", layout(name, c))
  }

  /// The `config.json` that belongs to a file.
  /// - Throws: ``LMError`` that names the first key which is missing or of another type.
  static func config(_ file: GGUFFile) throws(LMError) -> JSONObject {
    var config = JSONObject()
    config["model_type"] = .string(family.modelType)
    for key in keys {
      let name = "\(architecture).\(key.name)"
      guard let value = file[name] else {
        if key.isOptional { continue }
        throw file.failure(name, "is missing")
      }
      guard let json = key.json(value) else { throw file.failure(name, "has the wrong type") }
      config[key.config] = json
    }
    guard let embedding = file.tensors.first(where: { $0.name == "token_embd.weight" }),
      embedding.dimensions.count == 2
    else {
      throw LMError(
        at: file.place, "has no matrix \"token_embd.weight\"", remedy: "use the GGUF file of a whole model")
    }
    config["vocab_size"] = .integer(embedding.dimensions[1])
    config["tie_word_embeddings"] = .bool(!file.tensors.contains { $0.name == "output.weight" })
    try complete(&config, from: file)
    return config
  }
}

extension GGUFFile {
  /// An error about a key.
  func failure(
    _ key: String, _ problem: String, remedy: String = "convert the model again"
  ) -> LMError {
    LMError(at: "\(place), key \(key)", problem, remedy: remedy)
  }

  /// The whole number of `key`, nil where there is none.
  func integer(_ key: String) throws(LMError) -> Int? {
    guard let value = self[key] else { return nil }
    guard case .integer(let number) = value else { throw failure(key, "is no whole number") }
    return number
  }

  /// The string of `key`, nil where there is none.
  func string(_ key: String) throws(LMError) -> String? {
    guard let value = self[key] else { return nil }
    guard case .string(let bytes) = value, let text = String(validating: bytes, as: UTF8.self) else {
      throw failure(key, "is no UTF-8 string")
    }
    return text
  }

  /// The number of `key`, nil where there is none.
  func double(_ key: String) throws(LMError) -> Double? {
    guard let value = self[key] else { return nil }
    switch value {
    case .integer(let number): return Double(number)
    case .float(let number, let isSingle): return isSingle ? Double(String(Float(number))) ?? number : number
    default: throw failure(key, "is no number")
    }
  }
}
