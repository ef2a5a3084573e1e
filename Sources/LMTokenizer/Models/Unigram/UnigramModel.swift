/// A unigram language model (Kudo, "Subword Regularization", arXiv 1804.10959): the segmentation of a piece whose
/// tokens have the highest sum of log probabilities.
package final class UnigramModel: Sendable {
  /// In which precision scores are added: where two segmentations are nearly equal it decides.
  package enum Precision: Sendable {
    /// As Hugging Face's tokenizers.
    case double
    /// As sentencepiece.
    case single
  }

  package let vocabulary: Vocabulary
  /// The log probability of every id below ``modelCount``, as a file has it.
  package let scores: [Double]
  /// The scores that are added.
  let effectiveScores: [Double]
  package let unknownID: Int32?
  /// True where unknown characters become their bytes `<0xNN>`.
  package let usesByteFallback: Bool
  package let precision: Precision
  /// The tokens `<0xNN>`, -1 where there is none.
  package let byteTokens: [Int32]
  /// Pieces that are found in the text before it is normalized.
  package let userDefined: UserDefinedPieces?
  /// The score of one unknown character.
  let unknownScore: Double
  let trie: DoubleArrayTrie
  var modelCount: Int { scores.count }

  /// A model of the first `scores.count` ids of `vocabulary`.
  ///
  /// - Parameters:
  ///   - unknownScore: nil takes the smallest score less 10.
  ///   - userDefined: Pieces that are to win over others; `pathScores` makes them.
  ///   - pathScores: What is added in place of `scores`, nil for these.
  ///   - isFound: Which ids the text may become. Control tokens must not be among them.
  package init(
    vocabulary: Vocabulary, scores: [Double], unknownID: Int32?, usesByteFallback: Bool = false,
    precision: Precision = .double, unknownScore: Double? = nil, userDefined: UserDefinedPieces? = nil,
    pathScores: [Double]? = nil, isFound: (Int) -> Bool = { _ in true }
  ) {
    self.vocabulary = vocabulary
    self.scores = scores
    self.unknownID = unknownID
    self.usesByteFallback = usesByteFallback
    self.precision = precision
    self.userDefined = userDefined
    effectiveScores = pathScores ?? (precision == .double ? scores.map(Self.asReadByReference) : scores)
    self.unknownScore = unknownScore ?? (effectiveScores.min() ?? 0) - 10
    byteTokens = usesByteFallback ? ByteToken.ids(in: vocabulary) : Array(repeating: -1, count: 256)
    trie = DoubleArrayTrie(scores.indices.filter(isFound).map { (vocabulary[$0], Int32($0)) })
  }

  /// A number as the reference reads it from JSON: the digits as an integer, rounded, and then divided by a power
  /// of ten, rounded again. The last bit decides between segmentations of the same tokens in another order.
  private static func asReadByReference(_ score: Double) -> Double {
    let text = score.description
    let parts = text.split(separator: "e", maxSplits: 1)
    let digits = parts[0].utf8.filter { (0x30...0x39).contains($0) }
    guard let significand = UInt64(String(decoding: digits, as: UTF8.self)) else { return score }
    let point = parts[0].utf8.firstIndex(of: UInt8(ascii: "."))
    let decimals = point.map { parts[0].utf8.distance(from: $0, to: parts[0].utf8.endIndex) - 1 } ?? 0
    let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - decimals
    guard abs(exponent) <= 22 else { return score }
    let power = (0..<abs(exponent)).reduce(1.0) { product, _ in product * 10 }
    let magnitude = exponent < 0 ? Double(significand) / power : Double(significand) * power
    return score < 0 ? -magnitude : magnitude
  }

  func makeWorker() -> any PieceWorker {
    switch precision {
    case .double: UnigramWorker<Double>(self)
    case .single: UnigramWorker<Float>(self)
    }
  }
}
