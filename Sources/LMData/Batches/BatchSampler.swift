import LMRuntime

/// Batches for training: every window of the text once per epoch, in an order of its own.
///
/// In epoch e the text is cut into n windows of T tokens from a random phase in 0 ..< T on, and the windows
/// are shuffled; both come from (seed, e). Epochs follow each other without a gap: sample i is place i mod n of
/// epoch ⌊i / n⌋, and batch s holds the samples s · B ..< (s + 1) · B. So a batch is a function of seed and
/// step, and a run resumes with nothing but its step.
///
/// n = ⌊(N − T) / T⌋ windows fit N ids at every phase; the fewer than 2T tokens left at the two ends change
/// with the phase. With N < 2T it is one window, and the phase stays where it fits.
public struct BatchSampler: Sendable {
  /// Sequences B of a batch.
  public let sequences: Int
  /// Tokens T of a sequence.
  public let tokens: Int
  /// Windows n of an epoch.
  public let windowsPerEpoch: Int

  private let stream: [Int32]
  private let random: RandomStream
  private var current: (epoch: Int, starts: [Int])?

  /// A sampler of `stream`.
  /// - Parameters:
  ///   - sequences: B, at least 1.
  ///   - tokens: The context T, at least 1.
  ///   - seed: Names phases and orders.
  /// - Throws: ``LMError`` where the stream has fewer than T + 1 ids.
  public init(_ stream: TokenStream, sequences: Int, tokens: Int, seed: UInt64) throws(LMError) {
    precondition(sequences > 0 && tokens > 0, "BatchSampler: \(sequences) sequences of \(tokens) tokens")
    let count = stream.ids.count
    guard count > tokens else {
      throw LMError(
        at: "the training text",
        "has \(count) tokens, and one window takes \(tokens + 1): a context of \(tokens) and the token behind it",
        remedy: count > 1 ? "give more text, or use --context \(count - 1) or less" : "give more text")
    }
    self.sequences = sequences
    self.tokens = tokens
    self.stream = stream.ids
    windowsPerEpoch = max(1, (count - tokens) / tokens)
    random = RandomStream(seed: seed).split("batches")
  }

  /// Batches of an epoch; the last of them may be part of the next epoch too.
  public var batchesPerEpoch: Int { (windowsPerEpoch + sequences - 1) / sequences }

  /// The batch of a step.
  /// - Parameter step: From 0. With accumulated gradients, the number of the micro-batch.
  /// - Complexity: O(B · T), and O(n) where an epoch begins.
  public mutating func batch(_ step: Int) -> TokenBatch {
    precondition(step >= 0, "BatchSampler: step \(step)")
    let starts = (step * sequences..<(step + 1) * sequences).map { start(ofSample: $0) }
    return TokenBatch(stream, starts: starts, tokens: tokens)
  }

  /// The batch of a step for a prefix LM, its prefixes drawn from seed and step.
  public mutating func prefixBatch(_ step: Int) -> TokenBatch {
    var random = random.split("prefixes").split(step)
    return batch(step).withPrefixes(&random)
  }

  private mutating func start(ofSample sample: Int) -> Int {
    let (epoch, place) = sample.quotientAndRemainder(dividingBy: windowsPerEpoch)
    if let current, current.epoch == epoch { return current.starts[place] }
    let starts = starts(epoch)
    current = (epoch, starts)
    return starts[place]
  }

  /// First token of each window of an epoch, in its order.
  private func starts(_ epoch: Int) -> [Int] {
    var random = random.split(epoch)
    let phases = min(tokens, stream.count - windowsPerEpoch * tokens)
    let phase = random.uniform(below: phases)
    var starts = (0..<windowsPerEpoch).map { phase + $0 * tokens }
    random.shuffle(&starts)
    return starts
  }
}
