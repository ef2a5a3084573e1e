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
  /// Position of each row, in `0 ..< contextLength`.
  public var places: [Int32]
  /// Keys and values of earlier tokens, one cache per layer; nil when every sequence is complete.
  public var caches: [KeyValueCache]?
  /// Names the run and the step for dropout; nil drops nothing.
  public var dropoutSeed: UInt64?

  /// Complete causal sequences: B · T rows, each sequence from position 0.
  public init(batch: Int, tokens: Int, precision: DType, tape: Tape? = nil, dropoutSeed: UInt64? = nil) {
    self.precision = precision
    self.tape = tape
    self.dropoutSeed = dropoutSeed
    ranges = .causal(batch: batch, queries: tokens, keys: tokens)
    places = (0..<batch * tokens).map { Int32($0 % max(1, tokens)) }
  }

  /// The next `tokens` tokens of one sequence behind what `caches` hold.
  public init(tokens: Int, caches: [KeyValueCache], precision: DType) {
    self.precision = precision
    self.caches = caches
    let start = caches.first?.count ?? 0
    ranges = .causal(batch: 1, queries: tokens, keys: start + tokens)
    places = (start..<start + tokens).map(Int32.init)
  }

  /// Sequences of the given lengths packed one behind the other without padding: Σ lengths rows, each sequence
  /// from position 0 and blind to the others.
  public init(packed lengths: [Int], isCausal: Bool = true, precision: DType) {
    self.precision = precision
    ranges = .packed(lengths: lengths, isCausal: isCausal)
    places = lengths.flatMap { (0..<$0).map(Int32.init) }
  }
}
