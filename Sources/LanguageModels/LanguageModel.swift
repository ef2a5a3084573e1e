import LMAttention
import LMGeneration
import LMRuntime
import LMTensor
import LMTokenizer
import LMTraining
import LMTransformer

/// A model folder ready to generate: tokenizer, model and special tokens together.
///
///     let model = try LanguageModel(opening: "my-model")
///     try model.generate("One day", maximumTokens: 100) { print($0, terminator: "") ; return true }
public final class LanguageModel {
  /// The folder's files.
  public let folder: ModelFolder
  /// Turns text into ids and back.
  public let tokenizer: Tokenizer
  /// Type of products.
  public let precision: DType
  /// What generates ids; keeps what was read last.
  public let generator: Generator
  /// Where the model is, for errors and for what is saved beside it.
  let place: String
  /// What tokens are in a text, for constraints; made at the first use.
  private(set) lazy var tokenTrie = TokenTrie(TokenVocabulary(tokenizer))

  /// Opens the folder `path`.
  /// - Parameter cacheType: How keys and values are stored; nil: in `precision`.
  /// - Throws: ``LMError`` where files are missing or broken, or there is no tokenizer.
  public convenience init(
    opening path: String, precision: DType = .float32, cacheType: CacheType? = nil
  ) throws(LMError) {
    try self.init(
      try ModelFolder(opening: path), precision: precision, cacheType: cacheType, place: path)
  }

  /// A model in memory. `place` is what errors name.
  public init(
    _ folder: ModelFolder, precision: DType, cacheType: CacheType? = nil, place: String
  ) throws(LMError) {
    guard let tokenizer = folder.tokenizer else {
      throw LMError(at: place, "has no tokenizer.json", remedy: "copy the tokenizer's files into the folder")
    }
    self.folder = folder
    self.tokenizer = tokenizer
    self.precision = precision
    self.place = place
    generator = Generator(folder.model, precision: precision, cacheType: cacheType)
  }

  /// Tokens that end a text. Documents were packed with the beginning-of-text token between them: it ends a
  /// text too.
  var endIDs: Set<Int32> { Set([tokenizer.eosID, tokenizer.bosID].compactMap { $0 }) }

  /// Ids of a prompt: the beginning-of-text token, where the tokenizer has one, and the text; what looks like
  /// a special token in the text stays text.
  public func promptIDs(_ text: String) throws(LMError) -> [Int32] {
    let ids = try tokenizer.encode(text, specials: .asText)
    guard let begin = tokenizer.bosID, tokenizer.putsBeginInFront, ids.first != begin else { return ids }
    return [begin] + ids
  }

  /// Continues `prompt` and hands out text as it comes, whole characters only.
  /// - Parameters:
  ///   - settings: how tokens are chosen.
  ///   - maximumTokens: at most this many tokens.
  ///   - stopTexts: texts at which to stop; they are not handed out.
  ///   - onText: gets every piece; false ends the generation.
  /// - Throws: ``LMError`` where the prompt does not fit the context, a setting is out of range, or the weights were
  ///   changed on the disk meanwhile.
  @discardableResult
  public func generate(
    _ prompt: String, _ settings: SamplingSettings = SamplingSettings(), maximumTokens: Int,
    stopTexts: [String] = [], onText: (String) -> Bool
  ) throws(LMError) -> GenerationResult {
    let request = GenerationRequest(
      try promptIDs(prompt), settings, maximumTokens: maximumTokens, stopIDs: endIDs)
    return try generate(request, stopTexts: stopTexts, onText: onText).result
  }

  /// Continues the ids of a request; see ``generate(_:_:maximumTokens:stopTexts:onText:)``.
  func generate(
    _ request: GenerationRequest, stopTexts: [String], onText: (String) -> Bool
  ) throws(LMError) -> (text: String, result: GenerationResult) {
    var stream = try TextStream(tokenizer, stopTexts: stopTexts)
    var failure: LMError?
    let result = try generator.generate([request], batchSize: 1) { _, id in
      do throws(LMError) {
        let piece = try stream.append(id)
        return (piece.isEmpty || onText(piece)) && !stream.isStopped
      } catch {
        failure = error
        return false
      }
    }[0]
    if let failure { throw failure }
    try folder.checkUnchanged()
    let rest = stream.finish()
    if !rest.isEmpty { _ = onText(rest) }
    return (stream.text, result)
  }

  /// Scores of the whole vocabulary after each of `ids`: float32 `[T, V]`.
  /// - Throws: ``LMError`` where there are no ids, too many for the context, or one is out of range.
  public func logits(_ ids: [Int32]) throws(LMError) -> Tensor {
    try folder.checkedLogits(ids, precision: precision)
  }
}

extension ModelFolder {
  /// Scores of the whole vocabulary after each of `ids`: float32 `[T, V]`.
  /// - Throws: ``LMError`` where there are no ids, too many for the context, or one is out of range.
  public func checkedLogits(_ ids: [Int32], precision: DType) throws(LMError) -> Tensor {
    let c = config.configuration
    guard (1...c.contextLength).contains(ids.count) else {
      throw LMError(
        .usage, at: "--ids", "\(ids.count) ids for a context of \(c.contextLength)",
        remedy: "give 1 to \(c.contextLength) ids")
    }
    if let wrong = ids.first(where: { !(0..<Int32(c.vocabularySize)).contains($0) }) {
      throw LMError(
        .usage, at: "--ids", "\(wrong) is out of range", remedy: "use ids from 0 to \(c.vocabularySize - 1)")
    }
    guard c.outputs.contains(.vocabulary) else {
      throw LMError(
        at: "the model", "is \(config.family.architecture(c)), which has no scores of the vocabulary",
        remedy: "use a model with a language-model head")
    }
    return model.logits(
      ids, ForwardContext(batch: 1, tokens: ids.count, isCausal: c.isCausal, precision: precision))
  }
}
