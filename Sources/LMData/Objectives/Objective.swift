/// What a model learns from text.
public enum Objective: Sendable, Equatable {
  /// The next token, from those before it.
  case causal
  /// Tokens that were hidden, from all the others (arXiv 1810.04805).
  case masked(Masking)
  /// The next token behind a prefix in which all tokens see each other (arXiv 1910.10683).
  case prefix

  /// How tokens are hidden.
  public struct Masking: Sendable, Equatable {
    /// Share of tokens that are to be predicted, above 0 and below 1.
    public var probability = 0.15
    /// Whether the pieces of a word are hidden together.
    public var isWholeWord = false
    /// Whether a sequence is a pair of texts, of which the model also says whether the second continues the first.
    public var hasPairs = false

    /// BERT's, without pairs.
    public init(probability: Double = 0.15, isWholeWord: Bool = false, hasPairs: Bool = false) {
      self.probability = probability
      self.isWholeWord = isWholeWord
      self.hasPairs = hasPairs
    }
  }

  /// One name for each value, to tell runs apart.
  public var name: String {
    switch self {
    case .causal: "clm"
    case .prefix: "prefix"
    case .masked(let masking):
      "mlm \(masking.probability)\(masking.isWholeWord ? ", whole words" : "")"
        + (masking.hasPairs ? ", next sentence" : "")
    }
  }
}
