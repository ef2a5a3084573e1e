/// Sequences of equal length and what follows each of their tokens.
public struct TokenBatch: Sendable, Equatable {
  /// Sequences B.
  public let sequences: Int
  /// Tokens T of each.
  public let tokens: Int
  /// `[B · T]`, sequence after sequence.
  public let ids: [Int32]
  /// `[B · T]`: the next token, below 0 where it does not count.
  public let targets: [Int32]

  /// A batch of `sequences` sequences.
  public init(sequences: Int, tokens: Int, ids: [Int32], targets: [Int32]) {
    precondition(
      ids.count == sequences * tokens && targets.count == ids.count,
      "TokenBatch: \(ids.count) ids and \(targets.count) targets for \(sequences) × \(tokens)")
    self.sequences = sequences
    self.tokens = tokens
    self.ids = ids
    self.targets = targets
  }
}

extension TokenBatch {
  /// Windows of `tokens` ids of `stream` that begin at `starts`, each with the id behind it.
  init(_ stream: [Int32], starts: [Int], tokens: Int) {
    self.init(
      sequences: starts.count, tokens: tokens, ids: starts.flatMap { stream[$0..<$0 + tokens] },
      targets: starts.flatMap { stream[$0 + 1..<$0 + tokens + 1] })
  }
}
