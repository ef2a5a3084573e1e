import LMFormats
import LMRuntime
import LMTensor
import LMTokenizer
import LMTraining
import LMTransformer

/// A model on the disk that is to be written in another form: its weights stay where they are.
struct ConversionSource {
  /// What the model is kept in.
  enum Form: Sendable {
    case folder, gguf, llama2C
  }

  let form: Form
  let config: ModelConfigFile
  let tokenizer: Tokenizer?
  /// Names and layouts of the weights, in the order of the family.
  let weights: [WeightName]
  /// The weights, mapped.
  let tensors: NamedTensors
  /// Shapes of the parameters here, by name.
  var shapes: [String: [Int]] {
    let parameters = Transformer(config.configuration).parameters
    return Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) })
  }

  /// Opens a folder, a GGUF file or a `.bin` file of llama2.c.
  /// - Parameters:
  ///   - tokenizer: Where the tokenizer is, nil for that of the model.
  ///   - hasTokenizer: false leaves the tokenizer out.
  /// - Throws: ``LMError`` where the model is broken, incomplete, or of no known form.
  init(_ path: String, tokenizer: String?, hasTokenizer: Bool) throws(LMError) {
    switch try Self.form(of: path) {
    case .folder: try self.init(folder: path)
    case .gguf: try self.init(gguf: path, hasTokenizer: hasTokenizer && tokenizer == nil)
    case .llama2C: try self.init(llama2C: path)
    }
    try Transformer(config.configuration).check(
      tensors, named: weights, passingOver: form == .folder ? config.family.passesOver : { _, _ in false },
      from: path)
    guard hasTokenizer, form != .gguf || tokenizer != nil else { return }
    let own = form == .folder && Self.hasTokenizer(path) ? path : nil
    guard let place = tokenizer ?? own else { return }
    self = Self(self, try Tokenizer.load(path: place), place)
    try checkTokenizer(place)
  }

  private init(folder path: String) throws(LMError) {
    form = .folder
    let place = "\(path)/config.json"
    let described = try ModelConfigFile(JSONField(try JSON.read(place), in: place), at: place)
    tensors = try NamedTensors.load(try SafeTensorsFolder(path).files)
    config = described.withOutputs(in: Set(tensors.names))
    weights = config.family.weights(config.configuration)
    tokenizer = nil
  }

  private init(gguf path: String, hasTokenizer: Bool) throws(LMError) {
    form = .gguf
    let file = try GGUFModelFile(path)
    config = try ModelConfigFile(file.head, rotaryFactors: try file.rotaryFactors())
    weights = try config.ggufWeights(at: path)
    tensors = try file.weights()
    tokenizer = hasTokenizer ? try ModelFolder.tokenizer(file.head, config) : nil
  }

  private init(llama2C path: String) throws(LMError) {
    form = .llama2C
    let file = try Llama2CFile(path)
    var c = TransformerConfiguration(
      vocabularySize: file.vocabularySize, contextLength: file.contextLength, width: file.width,
      layers: file.layers, heads: file.heads, keyValueHeads: file.keyValueHeads, hiddenWidth: file.hiddenWidth
    )
    c.tiesHead = file.tiesHead
    try c.validate(at: path)
    // llama2.c's own tokenizers have these ids.
    let special = file.vocabularySize > 2 ? ["bos_token_id": 1, "eos_token_id": 2] : [:]
    config = ModelConfigFile(family: LlamaFamily.self, configuration: c, specialTokens: special)
    weights = LlamaFamily.pairedWeights(c)
    tensors = file.tensors
    tokenizer = nil
  }

  private init(_ other: ConversionSource, _ tokenizer: Tokenizer, _ place: String) {
    (form, config, weights, tensors) = (other.form, other.config, other.weights, other.tensors)
    self.tokenizer = tokenizer
  }

  private func checkTokenizer(_ place: String) throws(LMError) {
    guard let count = tokenizer?.vocabularySize, count > config.configuration.vocabularySize else { return }
    throw LMError(
      at: place, "has \(count) tokens, the model knows \(config.configuration.vocabularySize)",
      remedy: "use the tokenizer that belongs to this model")
  }

  private static func hasTokenizer(_ path: String) -> Bool {
    ["tokenizer.json", "tokenizer.model", "vocab.txt", "vocab.json"].contains {
      FileSystem.kind(of: "\(path)/\($0)") != nil
    }
  }

  private static func form(of path: String) throws(LMError) -> Form {
    switch FileSystem.kind(of: path) {
    case .directory:
      try PickleFiles.refuse(inFolder: path)
      return .folder
    case .file where GGUFModelFile.isOne(path): return .gguf
    case .file:
      try PickleFiles.refuse(path)
      if path.hasSuffix(".bin") { return .llama2C }
      throw LMError(
        at: path, "is no model that is known",
        remedy: "give a folder with config.json, a GGUF file, or a .bin file of llama2.c")
    default:
      throw LMError(
        at: path, "is not there", remedy: "give a model folder, a GGUF file, or a .bin file of llama2.c")
    }
  }
}
