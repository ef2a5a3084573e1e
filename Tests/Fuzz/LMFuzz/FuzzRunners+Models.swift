import LMFormats
import LMRuntime
import LMTensor
import LMTraining
import LMTransformer

/// Model folders: a small one of which one file is the input, opened and used.
extension FuzzRunners {
  /// A model of one layer and 1,000 numbers.
  private static let model: (config: [UInt8], weights: NamedTensors) = {
    var configuration = TransformerConfiguration(
      vocabularySize: 11, contextLength: 8, width: 8, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 12)
    configuration.tiesHead = false
    let model = Transformer(configuration)
    model.initialize(seed: 1)
    let config = ModelConfigFile(family: LlamaFamily.self, configuration: configuration, specialTokens: [:])
    return (config.json.serialized(.pretty), model.namedTensors(LlamaFamily.self))
  }()

  /// The weights as a file, and with types and metadata that others write.
  static let safeTensorsSeeds: [[UInt8]] = [
    file(model.weights), file(model.weights.mapped { $0.converted(to: .float16) }),
    file(model.weights.mapped { $0.converted(to: .bfloat16) }),
  ]
  static let configSeeds: [[UInt8]] = [model.config]
  static let indexSeeds: [[UInt8]] = [
    Array(
      ("{\"metadata\": {\"total_size\": 4000}, \"weight_map\": {"
        + model.weights.names.map { "\"\($0)\": \"model-1.safetensors\"" }.joined(separator: ", ") + "}}")
        .utf8)
  ]

  /// Reads `name` of a model folder whose other files are whole.
  static func modelFolder(_ name: String, weights: String) throws -> ([UInt8]) -> String? {
    let folder = try Folder()
    folder.write("config.json", model.config)
    folder.write(weights, safeTensorsSeeds[0])
    return { input in
      folder.write(name, input)
      guard let opened = try? ModelFolder(opening: folder.path) else { return nil }
      let vocabulary = opened.config.configuration.vocabularySize
      let context = ForwardContext(batch: 1, tokens: 1, precision: .float32)
      let scores = opened.model.logits([0], context)
      return scores.elementCount == vocabulary ? nil : "gives \(scores.elementCount) scores"
    }
  }

  private static func file(_ tensors: NamedTensors) -> [UInt8] {
    do {
      let folder = try Folder()
      try AtomicFile.write("\(folder.path)/seed") { file throws(LMError) in try tensors.write(to: file) }
      return try MappedFile("\(folder.path)/seed").withBytes { Array($0) }
    } catch {
      fatalError("cannot write a model: \(error)")
    }
  }
}

extension NamedTensors {
  /// The tensors after `change`.
  fileprivate func mapped(_ change: (Tensor) -> Tensor) -> NamedTensors {
    var result = NamedTensors()
    for name in names { result[name] = self[name].map(change) }
    return result
  }
}
