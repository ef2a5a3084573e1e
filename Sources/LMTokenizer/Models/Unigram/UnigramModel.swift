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
  /// The log probability of every id below ``modelCount``.
  package let scores: [Double]
  package let unknownID: Int32?
  /// True where unknown characters become their bytes `<0xNN>`.
  package let usesByteFallback: Bool
  package let precision: Precision
  /// The tokens `<0xNN>`, -1 where there is none.
  package let byteTokens: [Int32]
  /// The score of one unknown character.
  let unknownScore: Double
  let trie: DoubleArrayTrie
  var modelCount: Int { scores.count }

  /// A model of the first `scores.count` ids of `vocabulary`.
  ///
  /// - Parameters:
  ///   - unknownScore: nil takes the smallest score less 10.
  ///   - isFound: Which ids the text may become. Control tokens must not be among them.
  package init(
    vocabulary: Vocabulary, scores: [Double], unknownID: Int32?, usesByteFallback: Bool = false,
    precision: Precision = .double, unknownScore: Double? = nil, isFound: (Int) -> Bool = { _ in true }
  ) {
    self.vocabulary = vocabulary
    self.scores = scores
    self.unknownID = unknownID
    self.usesByteFallback = usesByteFallback
    self.precision = precision
    self.unknownScore = unknownScore ?? (scores.min() ?? 0) - 10
    byteTokens = usesByteFallback ? ByteToken.ids(in: vocabulary) : Array(repeating: -1, count: 256)
    trie = DoubleArrayTrie(scores.indices.filter(isFound).map { (vocabulary[$0], Int32($0)) })
  }

  func makeWorker() -> any PieceWorker {
    switch precision {
    case .double: UnigramWorker<Double>(self)
    case .single: UnigramWorker<Float>(self)
    }
  }
}
