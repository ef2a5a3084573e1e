import LMAttention
import LMAutograd
import LMTensor

/// What differs between training, evaluation and generation; the model is the same.
public struct ForwardContext {
  /// Type in which products are formed.
  public var precision: DType
  /// Records the backward; nil computes values only.
  public var tape: Tape?
  /// Whether a tape keeps of each layer only what enters it, and backward computes the rest again.
  public var checkpointsBlocks = false
  /// Which earlier tokens each token sees, and how many sequences and tokens there are.
  public var ranges: KeyRanges
  /// The same in layers with a window.
  var windowedRanges: KeyRanges?
  /// Position of each row, in `0 ..< contextLength`.
  public var places: [Int32]
  /// Segment of each row, in `0 ..< segments`; nil: all 0.
  public var segments: [Int32]?
  /// Keys and values of earlier tokens, one cache per sequence; nil when every sequence is complete.
  public var caches: [SequenceCache]?
  /// Names the run and the step for dropout; nil drops nothing.
  public var dropoutSeed: UInt64?

  /// Complete sequences of one length: B · T rows, each sequence from position 0.
  /// - Parameter isCausal: whether tokens see only what came before them (``TransformerConfiguration/isCausal``).
  public init(
    batch: Int, tokens: Int, isCausal: Bool = true, precision: DType, tape: Tape? = nil,
    dropoutSeed: UInt64? = nil
  ) {
    self.precision = precision
    self.tape = tape
    self.dropoutSeed = dropoutSeed
    ranges =
      isCausal
      ? .causal(batch: batch, queries: tokens, keys: tokens)
      : .all(batch: batch, queries: tokens, keys: tokens)
    places = (0..<batch * tokens).map { Int32($0 % max(1, tokens)) }
  }

  /// Complete sequences of `lengths` tokens, their rows one behind the other: no padding.
  /// - Parameter isCausal: whether tokens see only what came before them (``TransformerConfiguration/isCausal``).
  public init(lengths: [Int], isCausal: Bool, precision: DType, tape: Tape? = nil, dropoutSeed: UInt64? = nil)
  {
    self.precision = precision
    self.tape = tape
    self.dropoutSeed = dropoutSeed
    ranges = .packed(lengths: lengths, causal: isCausal)
    places = lengths.flatMap { 0..<Int32($0) }
  }

  /// The next tokens of sequences that may be of unequal lengths: `tokens[b]` of them behind what `caches[b]`
  /// holds, their rows one sequence after the other.
  public init(_ caches: [SequenceCache], tokens: [Int], precision: DType) {
    precondition(
      caches.count == tokens.count, "ForwardContext: \(tokens.count) counts for \(caches.count) caches")
    self.precision = precision
    self.caches = caches
    ranges = .causal(zip(caches, tokens).map { ($1, $0.count + $1) })
    places = zip(caches, tokens).flatMap { cache, count in
      (cache.count..<cache.count + count).map(Int32.init)
    }
  }
}
