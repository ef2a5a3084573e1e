/// Sizes of one attention layer.
///
/// H query heads share G key/value heads: G = H is multi-head, 1 multi-query (arXiv 1911.02150), between
/// them grouped-query attention (arXiv 2305.13245). Queries, keys and values of a token stand side by side
/// in one row `[H·d | G·d | G·d]`.
public struct AttentionShape: Sendable, Equatable {
  /// Query heads H.
  public let heads: Int
  /// Key/value heads G; divides H.
  public let keyValueHeads: Int
  /// Width d of a head.
  public let headWidth: Int
  /// Factor of the scores, usually 1/√d.
  public let scale: Float
  /// c in c · tanh(score / c), which bounds the scaled scores (Gemma 2, arXiv 2408.00118); nil: no bound.
  public let softCap: Float?

  /// Sizes with the usual factor 1/√d unless another is given.
  public init(heads: Int, keyValueHeads: Int, headWidth: Int, scale: Float? = nil, softCap: Float? = nil) {
    precondition(
      heads > 0 && keyValueHeads > 0 && headWidth > 0 && heads % keyValueHeads == 0,
      "AttentionShape: \(heads) heads on \(keyValueHeads) of width \(headWidth)")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
    self.scale = scale ?? 1 / Float(headWidth).squareRoot()
    self.softCap = softCap
  }

  /// Columns of all queries: H · d.
  public var queryWidth: Int { heads * headWidth }
  /// Columns of all keys, or of all values: G · d.
  public var keyWidth: Int { keyValueHeads * headWidth }
  /// Columns of a row of queries, keys and values.
  public var rowWidth: Int { queryWidth + 2 * keyWidth }
  /// Query heads that share a key/value head.
  public var groupSize: Int { heads / keyValueHeads }
}
