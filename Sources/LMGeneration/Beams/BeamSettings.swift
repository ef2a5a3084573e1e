import LMRuntime

/// How beam search goes, in the terms of transformers' `generate`.
public struct BeamSettings: Sendable, Equatable {
  /// When the search ends.
  public enum Stopping: String, Sendable, CaseIterable {
    /// As soon as there are as many finished texts as beams (`early_stopping=True`).
    case early
    /// When no running text would be better if it ended now (`early_stopping=False`).
    case heuristic
    /// When no running text can become better, even if it went on to the last token (`"never"`).
    case never
  }

  /// Texts that are followed at a time, at least 1.
  public var beams = 1
  /// Sums of log probabilities are divided by length to this power before they are compared: above 0 prefers
  /// longer texts, below 0 shorter ones.
  public var lengthPenalty: Float = 1
  /// When the search ends.
  public var stopping = Stopping.heuristic

  /// One beam, which is greedy search.
  public init(beams: Int = 1, lengthPenalty: Float = 1, stopping: Stopping = .heuristic) {
    self.beams = beams
    self.lengthPenalty = lengthPenalty
    self.stopping = stopping
  }

  /// Checks the values against a vocabulary of V tokens, `stops` of which end a text.
  func validate(vocabularySize: Int, stops: Int) throws(LMError) {
    let most = max(1, min(256, vocabularySize / max(2, 1 + stops)))
    guard (1...most).contains(beams) else {
      throw LMError(.usage, at: "--beams", "is \(beams)", remedy: "use a whole number from 1 to \(most)")
    }
    guard lengthPenalty.isFinite else {
      throw LMError(
        .usage, at: "--length-penalty", "is \(lengthPenalty)", remedy: "use a number, usually 0 to 2")
    }
  }
}

/// A text that beam search found.
public struct BeamResult: Sendable, Equatable {
  /// The tokens without the prompt and without a stop token.
  public let ids: [Int32]
  /// Sum of the tokens' log probabilities (nats, that of a stop token included) / length ^ length penalty.
  public let score: Float
  /// Whether it ended or ran into the limit.
  public let stopReason: GenerationResult.StopReason
}
