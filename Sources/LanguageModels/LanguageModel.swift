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
  /// Type of products and caches.
  public let precision: DType
  private let generator: Generator

  /// Opens the folder `path`.
  /// - Throws: ``LMError`` where files are missing or broken, or there is no tokenizer.
  public convenience init(opening path: String, precision: DType = .float32) throws(LMError) {
    try self.init(try ModelFolder(opening: path), precision: precision, place: path)
  }

  /// A model in memory. `place` is what errors name.
  public init(_ folder: ModelFolder, precision: DType, place: String) throws(LMError) {
    guard let tokenizer = folder.tokenizer else {
      throw LMError(at: place, "has no tokenizer.json", remedy: "copy the tokenizer's files into the folder")
    }
    self.folder = folder
    self.tokenizer = tokenizer
    self.precision = precision
    generator = Generator(folder.model, precision: precision)
  }

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
  /// - Throws: ``LMError`` where the prompt does not fit the context or a setting is out of range.
  @discardableResult
  public func generate(
    _ prompt: String, _ settings: SamplingSettings = SamplingSettings(), maximumTokens: Int,
    stopTexts: [String] = [], onText: (String) -> Bool
  ) throws(LMError) -> GenerationResult {
    var stops = try StopTexts(stopTexts)
    var decoder = StreamingDecoder(tokenizer)
    var failure: LMError?
    // Documents were packed with the beginning-of-text token between them: it ends a text too.
    let ends = Set([tokenizer.eosID, tokenizer.bosID].compactMap { $0 })
    let result = try generator.generate(
      try promptIDs(prompt), settings, maximumTokens: maximumTokens, stopIDs: ends
    ) { id in
      do {
        let piece = stops.append(try decoder.append(id).utf8)
        let goesOn = piece.isEmpty || onText(String(decoding: piece, as: UTF8.self))
        return goesOn && !stops.isStopped
      } catch {
        failure = error as? LMError
        return false
      }
    }
    if let failure { throw failure }
    let rest = stops.isStopped ? [] : stops.append(decoder.finish().utf8) + stops.finish()
    if !rest.isEmpty { _ = onText(String(decoding: rest, as: UTF8.self)) }
    return result
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
    return model.logits(ids, ForwardContext(batch: 1, tokens: ids.count, precision: precision))
  }
}
