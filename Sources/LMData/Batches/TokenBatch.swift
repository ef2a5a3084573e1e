/// Sequences of equal length with what follows each of their tokens.
public struct TokenBatch: Sendable, Equatable {
  /// Sequences B.
  public let sequences: Int
  /// Tokens T of each.
  public let tokens: Int
  /// `[B · T]` ids in row-major order.
  public let ids: [Int32]
  /// `[B · T]`: the id that follows each of ``ids`` in the text.
  public let targets: [Int32]

  /// Windows of `tokens` ids that begin at `starts`, each with the id behind it.
  init(_ stream: [Int32], starts: some Collection<Int>, tokens: Int) {
    sequences = starts.count
    self.tokens = tokens
    ids = starts.flatMap { stream[$0..<$0 + tokens] }
    targets = starts.flatMap { stream[$0 + 1..<$0 + tokens + 1] }
  }
}
