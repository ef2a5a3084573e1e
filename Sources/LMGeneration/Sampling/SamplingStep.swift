import LMRuntime

/// One step of the way from scores to a token, by llama.cpp's name.
public enum SamplingStep: String, Sendable, CaseIterable {
  /// ``RepetitionPenalty``.
  case penalties
  /// ``DRYPenalty``.
  case dry
  /// ``TokenScores/keepTopNSigma(_:)``.
  case topNSigma = "top_n_sigma"
  /// ``TokenScores/keepTopK(_:)``.
  case topK = "top_k"
  /// ``TokenScores/keepTypical(_:)``.
  case typicalP = "typ_p"
  /// ``TokenScores/keepTopP(_:)``.
  case topP = "top_p"
  /// ``TokenScores/keepMinP(_:)``.
  case minP = "min_p"
  /// ``TokenScores/excludeTopChoices(threshold:)``.
  case xtc
  /// ``TokenScores/applyTemperature(_:)``.
  case temperature

  /// The steps of a list such as `penalties;top_k;temperature`, in its order.
  /// - Throws: ``LMError`` of kind `usage` at an unknown name, or one that comes twice.
  public static func list(_ text: String, flag: String) throws(LMError) -> [SamplingStep] {
    let known = allCases.map(\.rawValue).joined(separator: ";")
    var steps: [SamplingStep] = []
    for name in text.split(separator: ";") {
      guard let step = SamplingStep(rawValue: String(name)), !steps.contains(step) else {
        throw LMError(
          .usage, at: flag, "\(JSON.quoted(String(name))) is unknown or comes twice",
          remedy: "use each of \(known) at most once")
      }
      steps.append(step)
    }
    return steps
  }
}
