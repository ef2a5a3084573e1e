import LMFormats
import LMRuntime
import LMTensor
import LMTokenizer
import LMTransformer

extension ModelFolder {
  /// Opens the GGUF file at `path` as a model: configuration, weights, tokenizer.
  /// - Throws: ``LMError`` where the file is broken, its architecture or a type of its tensors is unknown, tensors
  ///   do not fit the configuration (all of them are named), or tokens do not fit the model.
  public init(gguf path: String) throws(LMError) {
    let file = try GGUFModelFile(path)
    let config = try ModelConfigFile(file.head, rotaryFactors: try file.rotaryFactors())
    let tokenizer = try Self.tokenizer(file.head, config)
    let model = try Transformer(
      opening: try file.weights(), config.configuration, named: try config.ggufWeights(at: path), from: path)
    self.init(config: config, model: model, tokenizer: tokenizer, mapped: [file.file])
  }

  /// The tokenizer of a file, nil where it has none.
  package static func tokenizer(_ file: GGUFFile, _ config: ModelConfigFile) throws(LMError) -> Tokenizer? {
    guard let model = file["tokenizer.ggml.model"] else { return nil }
    // Converters write this for a model without a vocabulary.
    if case .string(let name) = model, name == Array("none".utf8) { return nil }
    let tokenizer = try Tokenizer(GGUFVocabulary(file), from: file.place)
    guard tokenizer.vocabularySize <= config.configuration.vocabularySize else {
      throw LMError(
        at: file.place,
        "has \(tokenizer.vocabularySize) tokens, the model knows \(config.configuration.vocabularySize)",
        remedy: "use a file with the tokenizer of its model")
    }
    return tokenizer
  }
}
