import LMRuntime
import LMTransformer

/// One text to be continued, and how.
public struct GenerationRequest: Sendable {
  /// Ids in 0 ..< V, at least one.
  public var prompt: [Int32]
  /// How tokens are chosen.
  public var settings: SamplingSettings
  /// At most this many are generated; with 0 the prompt is computed only.
  public var maximumTokens: Int
  /// Tokens that end the text; they are not passed on.
  public var stopIDs: Set<Int32>

  /// A request.
  public init(
    _ prompt: [Int32], _ settings: SamplingSettings, maximumTokens: Int, stopIDs: Set<Int32> = []
  ) {
    self.prompt = prompt
    self.settings = settings
    self.maximumTokens = maximumTokens
    self.stopIDs = stopIDs
  }

  /// The same request `count` times with the seeds that follow each other.
  public func samples(_ count: Int) -> [GenerationRequest] {
    (0..<max(0, count)).map { index in
      var copy = self
      copy.settings.seed = settings.seed &+ UInt64(index)
      return copy
    }
  }

  /// Checks the request against a model.
  /// - Throws: ``LMError`` of kind `usage` where the prompt is empty or does not fit, of kind `badData` where
  ///   an id is unknown.
  func check(_ configuration: TransformerConfiguration, _ overflow: ContextOverflow) throws(LMError) {
    let (vocabularySize, context) = (configuration.vocabularySize, configuration.contextLength)
    guard configuration.isCausal else {
      throw LMError(
        .usage, at: "the model", "is an encoder, which does not continue texts",
        remedy: "use a model such as Llama or GPT-2")
    }
    guard !prompt.isEmpty else {
      throw LMError(.usage, at: "the prompt", "has no tokens", remedy: "give some text with --prompt")
    }
    guard maximumTokens >= 0 else {
      throw LMError(.usage, at: "--max-tokens", "is \(maximumTokens)", remedy: "use a whole number from 0")
    }
    if let position = prompt.firstIndex(where: { $0 < 0 || $0 >= vocabularySize }) {
      throw LMError(
        at: "the prompt, token \(position)",
        "has the id \(prompt[position]), which is not in the model's vocabulary of \(vocabularySize)",
        remedy: "use the tokenizer that the model was trained with")
    }
    if case .shift(let keep) = overflow {
      guard keep >= 0, keep <= context - 2 else {
        throw LMError(
          .usage, at: "--keep", "is \(keep), and the model's context is \(context)",
          remedy: "use a whole number from 0 to \(max(0, context - 2))")
      }
      return
    }
    guard prompt.count < context else {
      throw LMError(
        .usage, at: "the prompt", "has \(prompt.count) tokens, and the model's context is \(context)",
        remedy: "shorten the prompt to fewer than \(context) tokens, or use --context-shift")
    }
    guard maximumTokens <= context - prompt.count else {
      throw LMError(
        .usage, at: "--max-tokens",
        "\(prompt.count) tokens of the prompt and \(maximumTokens) more exceed the model's context of \(context)",
        remedy:
          "ask for at most \(context - prompt.count) tokens, shorten the prompt, or use --context-shift")
    }
  }
}
