import LMRuntime

/// ROUGE (Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", ACL 2004) as rouge-score computes it.
public struct Rouge: Sendable {
  /// What is compared.
  public enum Kind: String, CaseIterable, Sendable {
    /// Single words.
    case rouge1
    /// Pairs of neighbouring words.
    case rouge2
    /// The longest common subsequence of all words.
    case rougeL
    /// The same line by line, united over the hypothesis' lines (section 3.2 of the paper).
    case rougeLsum
  }

  /// How much of the hypothesis is in the reference and the other way round.
  public struct Score: Sendable, Equatable {
    /// Share of the hypothesis, 0 to 1.
    public let precision: Double
    /// Share of the reference, 0 to 1.
    public let recall: Double

    /// Harmonic mean of both.
    public var fMeasure: Double {
      precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
    }

    init(matches: Int, hypothesis: Int, reference: Int) {
      precision = Double(matches) / Double(max(1, hypothesis))
      recall = Double(matches) / Double(max(1, reference))
    }

    /// A score of the given shares.
    public init(precision: Double, recall: Double) {
      self.precision = precision
      self.recall = recall
    }
  }

  /// Whether words lose their endings first (``PorterStemmer``).
  public var usesStemmer: Bool
  /// Most pairs of words of which the path through the table is kept: 256 MiB of bits.
  private static let pathLimit = 1 << 31

  /// A scorer.
  public init(usesStemmer: Bool = false) { self.usesStemmer = usesStemmer }

  /// The score of a hypothesis; of several references that with the highest F-measure counts.
  /// - Throws: ``LMError`` where lines are too long for `rougeLsum` (words of both multiplied over 2³¹).
  /// - Complexity: O(words) for n-grams, O(n m / 64) for subsequences of n and m words.
  public func score(_ hypothesis: String, references: [String], _ kind: Kind) throws(LMError) -> Score {
    precondition(!references.isEmpty, "Rouge: a segment without reference")
    var best: Score?
    for reference in references {
      let score = try score(hypothesis, reference, kind)
      if score.fMeasure > best?.fMeasure ?? -1 { best = score }
    }
    return best ?? Score(precision: 0, recall: 0)
  }

  private func score(_ hypothesis: String, _ reference: String, _ kind: Kind) throws(LMError) -> Score {
    switch kind {
    case .rouge1: return ngramScore(words(hypothesis), words(reference), order: 1)
    case .rouge2: return ngramScore(words(hypothesis), words(reference), order: 2)
    case .rougeL:
      var numbers = WordNumbers<String>()
      let (own, other) = (numbers[words(hypothesis)], numbers[words(reference)])
      let length = CommonSubsequence(other, own, keepsPath: false).length
      return Score(matches: length, hypothesis: own.count, reference: other.count)
    case .rougeLsum: return try summaryScore(hypothesis, reference)
    }
  }

  private func words(_ text: some StringProtocol) -> [String] {
    RougeTokenizer.words(text, stems: usesStemmer)
  }

  private func ngramScore(_ hypothesis: [String], _ reference: [String], order: Int) -> Score {
    var numbers = WordNumbers<String>()
    let own = ngramCounts(numbers[hypothesis], order: order)
    let other = ngramCounts(numbers[reference], order: order)
    return Score(
      matches: other.reduce(0) { $0 + min($1.value, own[$1.key] ?? 0) },
      hypothesis: max(0, hypothesis.count - order + 1), reference: max(0, reference.count - order + 1))
  }

  /// Of each line of the reference the words that stand in a longest common subsequence with any line of the
  /// hypothesis; each counts as often as both texts have it.
  private func summaryScore(_ hypothesis: String, _ reference: String) throws(LMError) -> Score {
    var numbers = WordNumbers<String>()
    let own = lines(hypothesis).map { numbers[words($0)] }
    let other = lines(reference).map { numbers[words($0)] }
    var ownCounts = numbers.counts(own)
    var otherCounts = numbers.counts(other)
    var matches = 0
    for line in other {
      var united = Set<Int>()
      for candidate in own {
        guard line.count * candidate.count <= Self.pathLimit else {
          throw LMError(
            at: "rougeLsum", "a line of \(candidate.count) words meets one of \(line.count)",
            remedy: "put sentences on lines of their own")
        }
        united.formUnion(CommonSubsequence(line, candidate, keepsPath: true).indices())
      }
      for index in united.sorted() where ownCounts[line[index]] > 0 && otherCounts[line[index]] > 0 {
        matches += 1
        ownCounts[line[index]] -= 1
        otherCounts[line[index]] -= 1
      }
    }
    return Score(
      matches: matches, hypothesis: own.reduce(0) { $0 + $1.count },
      reference: other.reduce(0) { $0 + $1.count })
  }

  /// What line feeds separate; by scalars, for "\r\n" is one `Character`.
  private func lines(_ text: String) -> [Substring] {
    text.unicodeScalars.split(separator: "\n").map { Substring($0) }
  }
}
