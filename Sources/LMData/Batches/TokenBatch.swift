/// Sequences and what is to be predicted at each of their tokens.
public struct TokenBatch: Sendable, Equatable {
  /// Tokens of each of the B sequences.
  public let lengths: [Int]
  /// `[Σ lengths]`, sequence after sequence.
  public let ids: [Int32]
  /// `[Σ lengths]`: what is to be predicted (the next token, or the one that was hidden), below 0 where nothing is.
  public let targets: [Int32]
  /// `[Σ lengths]` segments, or nil where there are none.
  public var segments: [Int32]?
  /// `[B]` whether the second segment continues the first (0) or not (1); empty where nobody asks.
  public var sentences: [Int32] = []
  /// `[B]` tokens at the beginning of each sequence that all its tokens see; nil: none.
  public var prefixes: [Int]?
  /// Tokens that count as trained on.
  public var trainedTokens: Int

  /// A batch of `sequences` sequences of `tokens` tokens.
  public init(sequences: Int, tokens: Int, ids: [Int32], targets: [Int32]) {
    self.init(lengths: [Int](repeating: tokens, count: sequences), ids: ids, targets: targets)
  }

  /// A batch of sequences of `lengths` tokens.
  public init(lengths: [Int], ids: [Int32], targets: [Int32]) {
    precondition(
      ids.count == lengths.reduce(0, +) && targets.count == ids.count,
      "TokenBatch: \(ids.count) ids and \(targets.count) targets for \(lengths)")
    self.lengths = lengths
    self.ids = ids
    self.targets = targets
    trainedTokens = targets.count { $0 >= 0 }
  }

  /// Sequences B.
  public var sequences: Int { lengths.count }
  /// Tokens T of the longest.
  public var tokens: Int { lengths.max() ?? 0 }
  /// Whether all sequences have T tokens.
  public var isRectangular: Bool { lengths.allSatisfy { $0 == tokens } }
}

extension TokenBatch {
  /// Windows of `tokens` ids of `stream` that begin at `starts`, each with the id behind it.
  init(_ stream: [Int32], starts: [Int], tokens: Int) {
    self.init(
      sequences: starts.count, tokens: tokens, ids: starts.flatMap { stream[$0..<$0 + tokens] },
      targets: starts.flatMap { stream[$0 + 1..<$0 + tokens + 1] })
  }
}
