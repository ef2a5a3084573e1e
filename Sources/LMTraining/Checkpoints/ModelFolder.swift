import LMFormats
import LMRuntime
import LMTensor
import LMTokenizer
import LMTransformer

/// A model on the disk: an HF folder that transformers and `lm` open.
public struct ModelFolder {
  /// `config.json`.
  public let config: ModelConfigFile
  /// The model with its weights.
  public let model: Transformer
  /// The tokenizer, nil where the folder has none.
  public let tokenizer: Tokenizer?

  /// Files whose weights are read where they lie.
  private let mapped: [MappedFile]

  /// A model with the files that describe it.
  public init(config: ModelConfigFile, model: Transformer, tokenizer: Tokenizer?) {
    self.init(config: config, model: model, tokenizer: tokenizer, mapped: [])
  }

  init(config: ModelConfigFile, model: Transformer, tokenizer: Tokenizer?, mapped: [MappedFile]) {
    self.config = config
    self.model = model
    self.tokenizer = tokenizer
    self.mapped = mapped
  }

  /// Opens the folder, or the GGUF file, `path` for reading: the matrices stay where the mapped files hold them.
  /// - Throws: ``LMError`` where files are missing or broken, tensors do not fit the configuration, or the
  ///   tokenizer has more entries than the model.
  public init(opening path: String) throws(LMError) {
    if GGUFModelFile.isOne(path) {
      self = try ModelFolder(gguf: path)
      return
    }
    guard FileSystem.kind(of: path) == .directory else {
      throw LMError(
        at: path, "is neither a folder nor a GGUF file",
        remedy: "give the folder of a model, with config.json in it, or a GGUF file")
    }
    let configPath = "\(path)/config.json"
    let described = try ModelConfigFile(JSONField(try JSON.read(configPath), in: configPath), at: configPath)
    let files = try SafeTensorsFolder(path).files
    let config = described.withOutputs(in: Set(files.flatMap { $0.entries.map(\.name) }))
    let model = try Transformer(
      opening: try NamedTensors.load(files), config.configuration, config.family, from: path)
    var tokenizer: Tokenizer?
    if FileSystem.kind(of: "\(path)/tokenizer.json") != nil {
      let found = try Tokenizer.load(path: path)
      guard found.vocabularySize <= config.configuration.vocabularySize else {
        throw LMError(
          at: "\(path)/tokenizer.json",
          "has \(found.vocabularySize) tokens, the model knows \(config.configuration.vocabularySize)",
          remedy: "use the tokenizer that belongs to this model")
      }
      tokenizer = found
    }
    self.init(config: config, model: model, tokenizer: tokenizer, mapped: files.map(\.file))
  }

  /// Checks that nobody changed the weights that are read where they lie, since the folder was opened.
  /// - Throws: ``LMError`` that names the file.
  public func checkUnchanged() throws(LMError) {
    for file in mapped { try file.checkUnchanged() }
  }

  /// Writes all files, each whole: weights last.
  public func write(to path: String) throws(LMError) {
    try FileSystem.createDirectory(path)
    try tokenizer?.save(to: path)
    try config.json.write(to: "\(path)/config.json")
    try config.generationJSON.write(to: "\(path)/generation_config.json")
    let tensors = model.namedTensors(config.family)
    try AtomicFile.write("\(path)/\(SafeTensorsFolder.singleName)") { file throws(LMError) in
      try tensors.write(to: file)
    }
  }
}

extension ModelConfigFile {
  /// `generation_config.json`: special tokens.
  package var generationJSON: JSON {
    var object = JSONObject()
    for (key, id) in specialTokens.sorted(by: { $0.key < $1.key }) { object[key] = .integer(id) }
    return .object(object)
  }
}
