import Glibc
import LMRuntime

/// How far a model is from the reference whose scores were saved: the figures of llama.cpp's `llama-perplexity
/// --kl-divergence`.
public struct Divergence: Sendable {
  /// How well the model predicts the text.
  public private(set) var perplexity: Perplexity
  /// How well the reference does.
  public private(set) var referencePerplexity: Perplexity
  /// ln(PPL / PPL of the reference), token by token; the errors of both mostly cancel.
  public private(set) var logRatio = SampleMean()
  /// Σ p (ln p − ln q) of each place, in nats.
  public private(set) var divergence = SampleMean()
  /// q − p of the token in the text.
  public private(set) var probabilityChange = SampleMean()
  /// (q − p)² of it.
  public private(set) var squaredChange = SampleMean()
  /// Whether both find the same token the likeliest.
  public private(set) var sameTop = SampleMean()
  /// Divergences in order.
  public private(set) var divergences = Quantiles([])
  /// q − p of the tokens in the text, in order.
  public private(set) var probabilityChanges = Quantiles([])

  /// PPL / PPL of the reference.
  public var perplexityRatio: Double { exp(logRatio.value) }
  /// Standard error of ``perplexityRatio`` to first order.
  public var perplexityRatioError: Double { perplexityRatio * logRatio.standardError }
  /// √ of the mean of (q − p)².
  public var rootMeanSquareChange: Double { squaredChange.value.squareRoot() }
  /// Standard error of ``rootMeanSquareChange`` to first order.
  public var rootMeanSquareChangeError: Double {
    rootMeanSquareChange > 0 ? squaredChange.standardError / (2 * rootMeanSquareChange) : 0
  }

  /// Runs `scorer`'s model on the text of `reference`.
  /// - Parameter onProgress: gets the tokens done, those of the whole text, and the mean divergence so far.
  /// - Throws: ``LMError`` where the vocabularies differ, windows exceed the context, scores are not finite, or the file is damaged.
  /// - Complexity: a forward pass, and 2 V exponentials a token; 8 bytes of memory a token.
  public init(
    from reference: ReferenceScoresFile, _ scorer: TokenScorer,
    onProgress: (Int, Int, Double) -> Void = { _, _, _ in }
  ) throws(LMError) {
    let vocabulary = scorer.model.configuration.vocabularySize
    guard vocabulary == reference.vocabularySize else {
      throw LMError(
        at: "the reference",
        "is of a vocabulary of \(reference.vocabularySize), the model's has \(vocabulary)",
        remedy: "compare models of one vocabulary")
    }
    let context = scorer.model.configuration.contextLength
    guard reference.settings.length <= context else {
      throw LMError(
        at: "the reference",
        "has windows of \(reference.settings.length) tokens, the model's context is \(context)",
        remedy: "write it again with --max-length \(context)")
    }
    let text = reference.text
    perplexity = Perplexity(text)
    referencePerplexity = perplexity
    let windows = try reference.settings.checkedWindows(text)
    var values: [TokenDivergence] = []
    var sums = SampleMean()
    try scorer.forEachScores(windows, of: text.ids, begin: reference.settings.begin(of: text)) {
      places, scores throws(LMError) in
      let losses = try TokenScorer.losses(scores, targets: text.ids[places])
      let found = try Self.compare(reference, from: values.count, UnsafeBufferPointer(scores.floats), losses)
      for value in found { sums.add(Double(value.divergence)) }
      values += found
      onProgress(places.upperBound, text.ids.count, sums.value)
    }
    divergence = sums
    for value in values { add(value) }
    divergences = Quantiles(values.map(\.divergence))
    probabilityChanges = Quantiles(values.map(\.probabilityChange))
  }

  private static func compare(
    _ reference: ReferenceScoresFile, from start: Int, _ scores: UnsafeBufferPointer<Float>, _ losses: [Float]
  ) throws(LMError) -> [TokenDivergence] {
    let width = reference.vocabularySize
    let results = UnsafeMutableBufferPointer<TokenDivergence?>.allocate(capacity: losses.count)
    results.initialize(repeating: nil)
    defer { results.deallocate() }
    reference.withRows(start..<start + losses.count) { index, row in
      let own = UnsafeBufferPointer(rebasing: scores[index * width..<(index + 1) * width])
      results[index] = row.comparison(with: own, loss: losses[index])
    }
    var values: [TokenDivergence] = []
    for (index, result) in results.enumerated() {
      guard let result else { throw reference.damaged(start + index) }
      guard result.divergence.isFinite else { throw TokenScorer.notFinite }
      values.append(result)
    }
    return values
  }

  private mutating func add(_ value: TokenDivergence) {
    perplexity.losses.add(Double(value.loss))
    referencePerplexity.losses.add(Double(value.referenceLoss))
    logRatio.add(Double(value.loss) - Double(value.referenceLoss))
    probabilityChange.add(Double(value.probabilityChange))
    squaredChange.add(Double(value.probabilityChange) * Double(value.probabilityChange))
    sameTop.add(value.hasSameTop ? 1 : 0)
  }
}
