import Glibc

/// BLEU of a corpus (Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002),
/// as sacrebleu computes it (Post, arXiv 1804.08771): n-grams up to 4, one count for all segments.
///
///     BLEU = BP · exp(¼ Σₙ ln pₙ)      BP = min(1, exp(1 − r / c))
///
/// with pₙ the share of the hypotheses' n-grams that stand in a reference too (each at most as often as in the
/// reference that has it most), c the hypotheses' length and r that of the references closest to it. An order
/// without a match counts as 1/2, the next one as 1/4, … of a match (`exp` smoothing of `mteval-v13a`).
public struct Bleu: Sendable, Equatable {
  /// How segments are read.
  public struct Settings: Sendable, Equatable {
    /// How a segment becomes words.
    public var tokenizer = BleuTokenizer.mteval13a
    /// Whether small and capital letters are the same.
    public var ignoresCase = false

    /// The defaults of sacrebleu: `13a`, case counts.
    public init() {}
  }

  /// Longest n-grams.
  public static let highestOrder = 4

  /// n-grams of the hypotheses that match, by order.
  public private(set) var matches = [Int](repeating: 0, count: highestOrder)
  /// n-grams of the hypotheses, by order.
  public private(set) var totals = [Int](repeating: 0, count: highestOrder)
  /// Words of the hypotheses.
  public private(set) var hypothesisLength = 0
  /// Words of the references, of each segment the one whose length is closest.
  public private(set) var referenceLength = 0
  private let settings: Settings

  /// A corpus without segments.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// Counts a segment.
  /// - Parameter references: what it should be, in one version or several; at least one.
  /// - Complexity: O(words).
  public mutating func add(_ hypothesis: String, references: [String]) {
    precondition(!references.isEmpty, "Bleu: a segment without reference")
    var numbers = WordNumbers<ArraySlice<Unicode.Scalar>>()
    let own = numbers[words(hypothesis)]
    let versions = references.map { numbers[words($0)] }
    for order in 1...Self.highestOrder {
      var allowed: [ArraySlice<Int>: Int] = [:]
      for version in versions { allowed.merge(ngramCounts(version, order: order)) { max($0, $1) } }
      for (ngram, count) in ngramCounts(own, order: order) {
        matches[order - 1] += min(count, allowed[ngram] ?? 0)
      }
      totals[order - 1] += max(0, own.count - order + 1)
    }
    hypothesisLength += own.count
    let lengths = versions.map(\.count)
    referenceLength +=
      lengths.min { (abs($0 - own.count), $0) < (abs($1 - own.count), $1) } ?? 0
  }

  /// Precision of each order in percent, smoothed; 0 where there is nothing to smooth.
  public var precisions: [Double] {
    var result = [Double](repeating: 0, count: Self.highestOrder)
    guard matches.contains(where: { $0 > 0 }) else { return result }
    var smoothing = 1.0
    for order in 0..<Self.highestOrder where totals[order] > 0 {
      if matches[order] == 0 { smoothing *= 2 }
      let count = matches[order] == 0 ? 1 / smoothing : Double(matches[order])
      result[order] = 100 * count / Double(totals[order])
    }
    return result
  }

  /// Factor for hypotheses that are shorter than their references, 0 to 1.
  public var brevityPenalty: Double {
    guard hypothesisLength < referenceLength else { return 1 }
    return hypothesisLength > 0 ? exp(1 - Double(referenceLength) / Double(hypothesisLength)) : 0
  }

  /// BLEU, 0 to 100.
  public var score: Double {
    let precisions = precisions
    guard precisions.allSatisfy({ $0 > 0 }) else { return 0 }
    return brevityPenalty * exp(precisions.reduce(0) { $0 + log($1) } / Double(Self.highestOrder))
  }

  private func words(_ segment: String) -> [ArraySlice<Unicode.Scalar>] {
    var text = Array(segment.unicodeScalars)
    if settings.ignoresCase { text = PythonText.lowercased(text) }
    return settings.tokenizer.words(PythonText.withoutTrailingSpace(text))
  }
}
