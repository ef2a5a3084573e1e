import LMRuntime

/// How the next token is chosen from the model's scores, in llama.cpp's terms.
///
/// The steps, in this order: repetition penalty, top-k, top-p, min-p, temperature, draw. A value that changes
/// nothing leaves its step out.
public struct SamplingSettings: Sendable, Equatable {
  /// Divides the scores before the draw; 0 takes the best token (greedy). At least 0.
  public var temperature: Float = 0.8
  /// Keeps this many of the best tokens; 0 keeps all.
  public var topK = 40
  /// Keeps the fewest best tokens that have this probability together (arXiv 1904.09751); from 0 to 1, 1
  /// keeps all, and the best token always stays.
  public var topP: Float = 0.95
  /// Keeps tokens with at least this share of the best token's probability (arXiv 2407.01082); from 0 to 1,
  /// 0 keeps all.
  public var minP: Float = 0.05
  /// Divides the positive and multiplies the negative scores of tokens seen lately (arXiv 1909.05858); above
  /// 0, and 1 changes nothing.
  public var repetitionPenalty: Float = 1
  /// How many tokens back, the prompt's included, the penalty looks; 0 turns it off, -1 means all.
  public var repetitionWindow = 64
  /// Names the random stream: equal seeds draw equal tokens from equal scores.
  public var seed: UInt64 = 0

  /// The defaults of `lm generate`.
  public init() {}

  /// The best token at every step.
  public static var greedy: SamplingSettings {
    var settings = SamplingSettings()
    settings.temperature = 0
    return settings
  }

  /// Checks every value against its range.
  /// - Throws: ``LMError`` of kind `usage` that names the first flag that is out of range.
  public func validate() throws(LMError) {
    try check(
      "--temp", temperature, temperature >= 0 && temperature.isFinite, "a number from 0, usually up to 2")
    try check("--top-k", topK, topK >= 0, "a whole number from 0, where 0 keeps all tokens")
    try check("--top-p", topP, (0...1).contains(topP), "a probability from 0 to 1, where 1 keeps all tokens")
    try check("--min-p", minP, (0...1).contains(minP), "a probability from 0 to 1, where 0 keeps all tokens")
    try check(
      "--repeat-penalty", repetitionPenalty, repetitionPenalty > 0 && repetitionPenalty.isFinite,
      "a number above 0, usually from 1 to 1.5")
    try check(
      "--repeat-last-n", repetitionWindow, repetitionWindow >= -1,
      "a whole number from 0, or -1 for everything so far")
  }

  private func check(_ flag: String, _ value: some Numeric, _ isValid: Bool, _ range: String) throws(LMError)
  {
    guard isValid else { throw LMError(.usage, at: flag, "is \(value)", remedy: "use \(range)") }
  }
}
