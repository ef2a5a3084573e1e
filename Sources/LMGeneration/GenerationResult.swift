/// What a generation gave, and how fast.
public struct GenerationResult: Sendable, Equatable {
  /// Why it ended.
  public enum StopReason: Sendable, Equatable {
    /// The number of tokens that was asked for is reached.
    case maximumTokens
    /// The model chose this stop token, which is not among ``GenerationResult/ids``.
    case stopToken(Int32)
    /// The receiver wanted no more tokens.
    case cancelled
  }

  /// The generated tokens without the prompt.
  public let ids: [Int32]
  /// Why there are no more of them.
  public let stopReason: StopReason
  /// Numbers for `--stats`.
  public let statistics: GenerationStatistics
}

/// How long the two parts of a generation took, in seconds of a monotonic clock.
public struct GenerationStatistics: Sendable, Equatable {
  /// Tokens of the prompt.
  public var promptTokens = 0
  /// Of these, tokens that had been read before: the beginning of an earlier prompt or text.
  public var cachedTokens = 0
  /// Time to compute the others.
  public var promptSeconds = 0.0
  /// Tokens that were passed on.
  public var generatedTokens = 0
  /// Time after the prompt: choosing tokens, passing them on, computing the next scores.
  public var generationSeconds = 0.0
  /// Time from the call until the first token was chosen, 0 where none was.
  public var timeToFirstToken = 0.0
  /// Passes through the model after the prompt: generated tokens, without the last one where nothing had to
  /// follow it.
  public var steps = 0

  /// Nothing measured yet.
  public init() {}

  /// Speed of the prompt without what was read before, 0 where no time passed.
  public var promptTokensPerSecond: Double {
    promptSeconds > 0 ? Double(promptTokens - cachedTokens) / promptSeconds : 0
  }
  /// Passes per second after the prompt, 0 where there were none.
  public var tokensPerSecond: Double { generationSeconds > 0 ? Double(steps) / generationSeconds : 0 }
}
