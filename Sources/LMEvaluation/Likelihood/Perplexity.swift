import Glibc
import LMRuntime
import LMTensor

/// How well a model predicts a text.
public struct Perplexity: Sendable, Equatable {
  /// −ln p of the tokens that counted.
  public internal(set) var losses = SampleMean()
  /// Ids of the text that stand for some of it.
  public let textTokens: Int
  /// Length of the text in bytes; 0 where it is unknown.
  public let byteCount: Int

  init(_ text: EvaluationText) {
    textTokens = text.ids.count - (text.begin != nil && text.ids.first == text.begin ? 1 : 0)
    byteCount = text.byteCount
  }

  /// Tokens that counted.
  public var tokens: Int { losses.count }
  /// Mean cross-entropy in nats.
  public var natsPerToken: Double { losses.value }
  /// Standard error of ``natsPerToken``, as if tokens were independent.
  public var natsPerTokenError: Double { losses.standardError }
  /// e^nats: how many tokens were equally likely, in the geometric mean.
  public var perplexity: Double { exp(natsPerToken) }
  /// Standard error of ``perplexity`` to first order.
  public var perplexityError: Double { perplexity * natsPerTokenError }
  /// Mean cross-entropy in bits.
  public var bitsPerToken: Double { natsPerToken / log(2) }
  /// Bits per byte of the text, which compares between tokenizers; tokens that did not count are taken for
  /// average ones. Nil where the length of the text is unknown.
  public var bitsPerByte: Double? {
    byteCount > 0 ? bitsPerToken * Double(textTokens) / Double(byteCount) : nil
  }

  /// Measures `scorer`'s model on a text.
  /// - Parameter onProgress: gets the tokens done, those of the whole text, and nats per token so far.
  /// - Throws: ``LMError`` where no token can count, an id is unknown, or scores are not finite.
  public init(
    _ text: EvaluationText, _ settings: WindowSettings, _ scorer: TokenScorer,
    onProgress: (Int, Int, Double) -> Void = { _, _, _ in }
  ) throws(LMError) {
    self.init(text)
    let windows = try settings.checkedWindows(text)
    var sums = SampleMean()
    try scorer.forEachScores(windows, of: text.ids, begin: settings.begin(of: text)) {
      places, scores throws(LMError) in
      for loss in try TokenScorer.losses(scores, targets: text.ids[places]) { sums.add(Double(loss)) }
      onProgress(places.upperBound, text.ids.count, sums.value)
    }
    losses = sums
  }
}

extension WindowSettings {
  /// The windows of `text`.
  /// - Throws: ``LMError`` where none has a token that counts.
  func checkedWindows(_ text: EvaluationText) throws(LMError) -> [ScoringWindow] {
    let windows = windows(of: text.ids.count)
    guard windows.isEmpty else { return windows }
    let least = kind == .strided ? 2 : length
    throw LMError(
      at: "the text", "has \(text.ids.count) tokens, too few to predict one: \(least) are needed",
      remedy: kind == .strided ? "give more text" : "give more text, or use a smaller --max-length")
  }

  /// What takes the place of each window's first id: llama.cpp begins its windows like texts.
  func begin(of text: EvaluationText) -> Int32? { kind == .halfContext ? text.begin : nil }
}
