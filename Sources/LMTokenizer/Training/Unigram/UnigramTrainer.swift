import Glibc
import LMRuntime

/// A piece of a unigram vocabulary.
public struct UnigramPiece: Sendable, Equatable {
  /// Its characters.
  public let text: String
  /// Natural logarithm of its probability.
  public let logProbability: Double
}

/// Learns a unigram vocabulary: Kudo, "Subword Regularization: Improving Neural Network Translation Models with
/// Multiple Subword Candidates" (arXiv 1804.10959), in the shape of `UnigramTrainer` of Hugging Face's tokenizers.
///
/// 1. Seeds: all characters, and the strings inside words that are most frequent in proportion to their length.
/// 2. Two rounds of expectation and maximization over all ways to cut each word; ψ(c) − ψ(Σ c), with the digamma
///    function ψ, instead of ln c − ln Σ c makes rare pieces rarer (Liang, Klein, ACL 2007 tutorial).
/// 3. Of the pieces whose loss would cost the least likelihood, a quarter goes. Back to 2 until a tenth too many
///    is left; then the least useful go.
///
/// Sums are kept in integers (multiples of 2⁻²⁴), so the result depends neither on threads nor on the order of
/// the text.
public struct UnigramTrainer: Sendable {
  /// Number of pieces, special tokens not included, unless the corpus has fewer.
  public var vocabularySize: Int
  /// Most characters of a piece, 1 to 16.
  public var pieceLength: Int
  /// Most pieces to begin with.
  public var seedCount: Int
  /// Share of the pieces that one round of pruning leaves.
  public var shrinkingFactor: Double
  /// Rounds of expectation and maximization before each pruning.
  public var rounds: Int

  /// A trainer for `vocabularySize` pieces.
  public init(
    vocabularySize: Int = 8000, pieceLength: Int = 16, seedCount: Int = 1_000_000,
    shrinkingFactor: Double = 0.75, rounds: Int = 2
  ) {
    self.vocabularySize = vocabularySize
    self.pieceLength = pieceLength
    self.seedCount = seedCount
    self.shrinkingFactor = shrinkingFactor
    self.rounds = rounds
  }

  /// How far training has come.
  public struct Progress: Sendable {
    /// Rounds of expectation and maximization so far.
    public let round: Int
    /// Rounds expected in all.
    public let roundCount: Int
    /// Pieces left.
    public let pieceCount: Int
  }

  /// Trains on counted words, such as `▁the`. Bytes that are no UTF-8 count as U+FFFD.
  /// - Parameter progress: Called after every round on the calling thread.
  /// - Returns: The pieces, the most probable first; every character of the corpus is among them.
  /// - Throws: ``LMError`` where a setting is out of range, the corpus is empty or has more different characters
  ///   than ``vocabularySize``, or the distinct words have more than 2³⁰ characters.
  /// - Complexity: O(n log n + r · n · l) for n characters of distinct words, pieces of l and r rounds.
  public func train(
    _ words: borrowing WordCounts, threads: ThreadPool = .shared, progress: ((Progress) -> Void)? = nil
  ) throws(LMError) -> [UnigramPiece] {
    try check()
    let corpus = try CharacterRows(words)
    let characterCount = corpus.alphabet.count
    guard characterCount > 0 else {
      throw LMError(.usage, at: "the text", "is empty", remedy: "give some text to learn pieces from")
    }
    guard characterCount <= vocabularySize else {
      throw LMError(
        .usage, at: "vocabulary size", "is \(vocabularySize), and the text has \(characterCount) characters",
        remedy: "give each character a piece: use \(characterCount) or more")
    }
    var pieces = SeedPieces(corpus, pieceLength: pieceLength, limit: seedCount, threads).pieces
    let model = UnigramExpectation(corpus, threads)
    let wanted = vocabularySize + vocabularySize / 10
    let steps = log(Double(wanted) / Double(pieces.count)) / log(shrinkingFactor)
    let roundCount = (max(0, Int(steps)) + 1) * rounds
    var round = 0
    while true {
      for _ in 0..<rounds {
        pieces = Self.maximized(pieces, model.expectedCounts(pieces))
        round += 1
        progress?(Progress(round: round, roundCount: max(roundCount, round), pieceCount: pieces.count))
      }
      if pieces.count <= wanted { break }
      let size = max(wanted, Int(Double(pieces.count) * shrinkingFactor))
      pieces = UnigramPruning(model, pieces).pruned(to: size)
    }
    return finished(pieces, model.corpus)
  }

  private func check() throws(LMError) {
    func refuse(_ name: String, _ value: String, _ expected: String) -> LMError {
      LMError(.usage, at: name, "is \(value)", remedy: "use \(expected)")
    }
    guard (1...SpecialTokens.vocabularyLimit).contains(vocabularySize) else {
      throw refuse("vocabulary size", "\(vocabularySize)", "1 to \(SpecialTokens.vocabularyLimit)")
    }
    guard (1...UnigramLattice.longestPiece).contains(pieceLength) else {
      throw refuse("piece length", "\(pieceLength)", "1 to \(UnigramLattice.longestPiece)")
    }
    guard (0...SpecialTokens.vocabularyLimit).contains(seedCount) else {
      throw refuse("seed count", "\(seedCount)", "0 to \(SpecialTokens.vocabularyLimit)")
    }
    guard shrinkingFactor >= 0.1, shrinkingFactor <= 0.99 else {
      throw refuse("shrinking factor", "\(shrinkingFactor)", "0.1 to 0.99")
    }
    guard (1...100).contains(rounds) else { throw refuse("rounds", "\(rounds)", "1 to 100") }
  }

  /// The pieces that are expected half a time at least, with new probabilities.
  private static func maximized(_ pieces: [SeedPiece], _ counts: [Double]) -> [SeedPiece] {
    var kept: [SeedPiece] = []
    var sum = 0.0
    for (piece, count) in zip(pieces, counts) where count >= 0.5 {
      var piece = piece
      piece.score = count
      kept.append(piece)
      sum += count
    }
    let total = digamma(sum)
    for index in kept.indices { kept[index].score = digamma(kept[index].score) - total }
    return kept
  }

  /// All characters, and the most useful of the other pieces.
  private func finished(_ pieces: [SeedPiece], _ corpus: borrowing CharacterRows) -> [UnigramPiece] {
    var result: [(text: [Int32], score: Double)] = []
    var lowest = pieces.map(\.score).min() ?? 0
    var scores = Array(repeating: Double.nan, count: corpus.alphabet.count)
    for piece in pieces where piece.length == 1 {
      scores[Int(corpus.symbols[Int(piece.position)])] = piece.score
    }
    for character in scores.indices {
      if scores[character].isNaN {
        // A character that only longer pieces needed: rarer than all others, no two alike.
        scores[character] = lowest
        lowest -= 0.0001
      }
      result.append(([Int32(character)], scores[character]))
    }
    let others = pieces.filter { $0.length > 1 }.sorted { $0.order < $1.order }
    for piece in others.prefix(vocabularySize - result.count) {
      result.append((corpus.characters(piece.position, Int(piece.length)), piece.score))
    }
    result.sort { $0.score != $1.score ? $0.score > $1.score : $0.text.lexicographicallyPrecedes($1.text) }
    return result.map { UnigramPiece(text: corpus.text($0.text), logProbability: $0.score) }
  }

  /// ψ, the logarithmic derivative of the gamma function, for x > 0.
  ///
  /// ψ(x) = ψ(x + 1) − 1/x brings x to 7 and above. There, with y = x − ½,
  /// ψ(x) = ln y + 1/24y² − 7/960y⁴ + 31/8064y⁶ − 127/30720y⁸, to better than 10⁻¹⁰.
  package static func digamma(_ x: Double) -> Double {
    var x = x
    var result = 0.0
    while x < 7 {
      result -= 1 / x
      x += 1
    }
    let y = 1 / ((x - 0.5) * (x - 0.5))
    return result + log(x - 0.5)
      + y * (1.0 / 24 - y * (7.0 / 960 - y * (31.0 / 8064 - y * (127.0 / 30720))))
  }
}
