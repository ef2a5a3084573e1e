/// Batches to measure with: windows of T tokens side by side over the whole stream, in order.
///
/// ⌊(N − 1) / T⌋ windows of N ids; the fewer than T targets behind the last one are left out. None where N ≤ T.
public struct EvaluationBatches: Sendable, RandomAccessCollection {
  /// Windows of all batches.
  public let windowCount: Int
  private let stream: [Int32]
  private let sequences: Int
  private let tokens: Int

  /// Windows of `stream` in batches of at most `sequences`, each `tokens` long; both at least 1.
  public init(_ stream: TokenStream, sequences: Int, tokens: Int) {
    precondition(sequences > 0 && tokens > 0, "EvaluationBatches: \(sequences) sequences of \(tokens) tokens")
    self.stream = stream.ids
    self.sequences = sequences
    self.tokens = tokens
    windowCount = Swift.max(0, stream.ids.count - 1) / tokens
  }

  /// The first batch, 0.
  public var startIndex: Int { 0 }
  /// Number of batches.
  public var endIndex: Int { (windowCount + sequences - 1) / sequences }

  /// A batch; the last may have fewer sequences.
  /// - Complexity: O(B · T).
  public subscript(index: Int) -> TokenBatch {
    let windows = index * sequences..<Swift.min((index + 1) * sequences, windowCount)
    return TokenBatch(stream, starts: windows.map { $0 * tokens }, tokens: tokens)
  }
}
