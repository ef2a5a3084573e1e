import LMRuntime

extension SamplingSettings {
  /// Checks every value against its range.
  /// - Throws: ``LMError`` of kind `usage` that names the first flag that is out of range.
  public func validate() throws(LMError) {
    let number = "a number from 0"
    try check("--temp", temperature, atLeast(0, temperature), "\(number), usually up to 2")
    try check("--dynatemp-range", dynamicTemperatureRange, atLeast(0, dynamicTemperatureRange), number)
    try check("--dynatemp-exp", dynamicTemperatureExponent, atLeast(0, dynamicTemperatureExponent), number)
    try check("--top-k", topK, topK >= 0, "a whole number from 0, where 0 keeps all tokens")
    try checkShare("--top-p", topP, "1 keeps all tokens")
    try checkShare("--min-p", minP, "0 keeps all tokens")
    try checkShare("--typical", typicalP, "1 keeps all tokens")
    try check("--top-nsigma", topNSigma, topNSigma.isFinite, "a number, where -1 keeps all tokens")
    try checkShare("--xtc-probability", xtcProbability, "0 never leaves out the top choices")
    try checkShare("--xtc-threshold", xtcThreshold, "values above 0.5 leave out nothing")
    try validatePenalties()
    try validateDRY()
    if let mirostat {
      try check("--mirostat-ent", mirostat.target, atLeast(0, mirostat.target), number)
      try check("--mirostat-lr", mirostat.rate, atLeast(0, mirostat.rate), number)
    }
    if let bias = biases.first(where: { $0.value.isNaN || $0.value == .infinity }) {
      throw LMError(
        .usage, at: "--logit-bias", "is \(bias.value) for token \(bias.key)",
        remedy: "use a number, or -inf to forbid a token")
    }
  }

  private func validatePenalties() throws(LMError) {
    try check(
      "--repeat-penalty", repetitionPenalty, repetitionPenalty > 0 && repetitionPenalty.isFinite,
      "a number above 0, usually from 1 to 1.5")
    try check("--presence-penalty", presencePenalty, presencePenalty.isFinite, "a number, 0 for none")
    try check("--frequency-penalty", frequencyPenalty, frequencyPenalty.isFinite, "a number, 0 for none")
    try checkWindow("--repeat-last-n", repetitionWindow)
  }

  private func validateDRY() throws(LMError) {
    try check("--dry-multiplier", dry.multiplier, atLeast(0, dry.multiplier), "a number from 0, 0 for none")
    try check("--dry-base", dry.base, atLeast(1, dry.base), "a number from 1")
    try check(
      "--dry-allowed-length", dry.allowedLength, dry.allowedLength >= 1, "a whole number from 1")
    try checkWindow("--dry-penalty-last-n", dry.window)
  }

  private func atLeast(_ least: Float, _ value: Float) -> Bool { value >= least && value.isFinite }

  private func checkShare(_ flag: String, _ value: Float, _ meaning: String) throws(LMError) {
    try check(flag, value, (0...1).contains(value), "a probability from 0 to 1, where \(meaning)")
  }

  private func checkWindow(_ flag: String, _ value: Int) throws(LMError) {
    try check(flag, value, value >= -1, "a whole number from 0, or -1 for everything so far")
  }

  private func check(_ flag: String, _ value: some Numeric, _ isValid: Bool, _ range: String) throws(LMError)
  {
    guard isValid else { throw LMError(.usage, at: flag, "is \(value)", remedy: "use \(range)") }
  }
}
