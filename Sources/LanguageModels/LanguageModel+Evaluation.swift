import LMData
import LMEvaluation
import LMGeneration
import LMRuntime
import LMTokenizer

extension LanguageModel {
  /// Scores tokens with this model.
  /// - Throws: ``LMError`` where the model is an encoder: it predicts no text.
  public func scorer() throws(LMError) -> TokenScorer {
    let c = folder.config.configuration
    guard c.isCausal, c.outputs.contains(.vocabulary) else {
      throw LMError(
        .usage, at: "--model", "is an encoder or has no head, and predicts no text",
        remedy: "give a decoder, such as a Llama")
    }
    return TokenScorer(folder.model, precision: precision)
  }

  /// Longest window where none is asked for: attention's time grows with the square.
  private static let usualWindow = 2048

  /// The windows for this model, by default as long as its context, but not over 2,048 tokens.
  /// - Throws: ``LMError`` of kind `usage` where a number is out of range.
  public func windows(
    _ kind: WindowSettings.Kind, length: Int?, stride: Int?
  ) throws(LMError) -> WindowSettings {
    let context = folder.config.configuration.contextLength
    let settings = WindowSettings(kind, length: length ?? min(context, Self.usualWindow), stride: stride)
    guard (2...max(2, context)).contains(settings.length), context > 1 else {
      throw LMError(
        .usage, at: "--max-length", "is \(settings.length), and the model's context is \(context)",
        remedy: "use a number from 2 to the context")
    }
    guard (1...settings.length).contains(settings.stride) else {
      throw LMError(
        .usage, at: "--stride", "is \(settings.stride)", remedy: "use a number from 1 to \(settings.length)")
    }
    return settings
  }

  /// The text of `source` as this model reads it.
  public func evaluationText(_ source: TextSource) throws(LMError) -> EvaluationText {
    try EvaluationText(source, with: tokenizer)
  }

  /// Scores answers to questions.
  public func choiceScorer() throws(LMError) -> ChoiceScorer {
    _ = try scorer()
    return ChoiceScorer(folder.model, tokenizer, precision: precision)
  }

  /// What the model writes behind a prompt when it always takes the likeliest token.
  /// - Parameters:
  ///   - maximumTokens: at most this many, and no more than the context has room for.
  ///   - stopTexts: texts at which to stop.
  /// - Throws: ``LMError`` that names the example where its prompt fills the context.
  public func completion(
    of example: CompletionExample, maximumTokens: Int, stopTexts: [String]
  ) throws(LMError) -> String {
    _ = try scorer()
    let room = folder.config.configuration.contextLength - (try promptIDs(example.prompt)).count
    guard room > 0 else {
      throw LMError(
        at: example.place,
        "has a prompt that fills the model's context of \(folder.config.configuration.contextLength)",
        remedy: "shorten it")
    }
    var text = ""
    try generate(example.prompt, .greedy, maximumTokens: min(maximumTokens, room), stopTexts: stopTexts) {
      text += $0
      return true
    }
    return text
  }
}
