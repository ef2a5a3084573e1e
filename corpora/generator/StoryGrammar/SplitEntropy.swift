import Foundation

/// The exact information content of one split under the grammar that made it.
package struct SplitEntropy: Encodable, Sendable {
  package let file: String
  package let seed: UInt64
  package let documents: Int
  /// UTF-8 bytes of the texts, without JSON and without separators.
  package let bytes: Int
  package let fileBytes: Int
  package let characters: Int
  /// Shortest and longest story: words in English, characters in Chinese.
  package let shortest: Int
  package let longest: Int
  /// Σ over documents of −log₂ p(text), the end of each document included.
  package let bits: Double
  package let bitsPerByte: Double
  package let natsPerByte: Double
  /// Standard error of `bitsPerByte` as an estimate of the grammar's own rate.
  package let standardError: Double
  /// Derivations of the most ambiguous text: 1 says that every text determines its choices.
  package let mostDerivations: Int

  /// Measures `tellings` by parsing each text in every possible way.
  ///
  /// Throws if a text is less probable than the choices that told it, or its only derivation differs from them.
  package init(of tellings: [Telling], split: Corpus.Split, grammar: Grammar, fileBytes: Int)
    throws(GrammarError)
  {
    var information: [Double] = []
    var most = 0
    for telling in tellings {
      let all = try grammar.derivations(of: telling.text)
      guard all.bits <= telling.bits + 1e-6, all.count > 1 || abs(all.bits - telling.bits) < 1e-6 else {
        throw GrammarError(
          "\(split.file): told with \(telling.bits) bits, parsed with \(all.bits): \(telling.text)")
      }
      information.append(all.bits)
      most = max(most, all.count)
    }
    let lengths = tellings.map { split.language == .english ? wordCount($0.text) : $0.text.count }
    let sizes = tellings.map { Double($0.text.utf8.count) }
    let total = information.reduce(0, +)
    let totalBytes = sizes.reduce(0, +)
    let rate = total / totalBytes
    // Ratio estimator: the residuals bits − rate·bytes have mean zero by construction.
    let squares = zip(information, sizes).reduce(0) { $0 + ($1.0 - rate * $1.1) * ($1.0 - rate * $1.1) }
    file = split.file
    seed = split.seed
    documents = tellings.count
    bytes = Int(totalBytes)
    self.fileBytes = fileBytes
    characters = tellings.reduce(0) { $0 + $1.text.count }
    shortest = lengths.min() ?? 0
    longest = lengths.max() ?? 0
    bits = rounded(total, places: 3)
    bitsPerByte = rounded(rate, places: 6)
    natsPerByte = rounded(rate * log(2), places: 6)
    standardError = rounded(squares.squareRoot() / totalBytes, places: 6)
    mostDerivations = most
  }
}

/// Words between white space.
package func wordCount(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }

/// Rounding hides the last bits of `log2`, which may differ between C libraries.
func rounded(_ value: Double, places: Int) -> Double {
  let scale = pow(10, Double(places))
  return (value * scale).rounded() / scale
}
