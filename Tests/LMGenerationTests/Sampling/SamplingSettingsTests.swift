import LMGeneration
import LMRuntime
import Testing

@Suite struct SamplingSettingsTests {
  @Test func `the defaults are those of the command`() throws {
    let settings = SamplingSettings()
    #expect(settings.temperature == 0.8 && settings.topK == 40 && settings.topP == 0.95)
    #expect(settings.minP == 0.05 && settings.repetitionPenalty == 1 && settings.repetitionWindow == 64)
    #expect(settings.presencePenalty == 0 && settings.frequencyPenalty == 0 && settings.typicalP == 1)
    #expect(settings.topNSigma == -1 && settings.xtcProbability == 0 && settings.xtcThreshold == 0.1)
    #expect(settings.dynamicTemperatureRange == 0 && settings.dynamicTemperatureExponent == 1)
    #expect(settings.dry.multiplier == 0 && settings.dry.base == 1.75 && settings.dry.allowedLength == 2)
    #expect(settings.dry.window == -1 && settings.mirostat == nil && settings.biases.isEmpty)
    #expect(Mirostat().target == 5 && Mirostat().rate == 0.1)
    try settings.validate()
    try SamplingSettings.greedy.validate()
  }

  private static func defaults<Value>(
    but path: WritableKeyPath<SamplingSettings, Value>, _ value: Value
  ) -> SamplingSettings {
    var settings = SamplingSettings()
    settings[keyPath: path] = value
    return settings
  }

  @Test(arguments: [
    ("--temp", defaults(but: \.temperature, -0.1)), ("--temp", defaults(but: \.temperature, .nan)),
    ("--temp", defaults(but: \.temperature, .infinity)), ("--top-k", defaults(but: \.topK, -1)),
    ("--top-p", defaults(but: \.topP, 1.01)), ("--top-p", defaults(but: \.topP, .nan)),
    ("--min-p", defaults(but: \.minP, -0.5)), ("--repeat-penalty", defaults(but: \.repetitionPenalty, 0)),
    ("--repeat-penalty", defaults(but: \.repetitionPenalty, .nan)),
    ("--repeat-last-n", defaults(but: \.repetitionWindow, -2)),
    ("--presence-penalty", defaults(but: \.presencePenalty, .infinity)),
    ("--frequency-penalty", defaults(but: \.frequencyPenalty, .nan)),
    ("--typical", defaults(but: \.typicalP, 1.5)), ("--top-nsigma", defaults(but: \.topNSigma, .nan)),
    ("--xtc-probability", defaults(but: \.xtcProbability, -1)),
    ("--xtc-threshold", defaults(but: \.xtcThreshold, 2)),
    ("--dynatemp-range", defaults(but: \.dynamicTemperatureRange, -1)),
    ("--dynatemp-exp", defaults(but: \.dynamicTemperatureExponent, .nan)),
    ("--dry-multiplier", defaults(but: \.dry.multiplier, -1)), ("--dry-base", defaults(but: \.dry.base, 0.5)),
    ("--dry-allowed-length", defaults(but: \.dry.allowedLength, 0)),
    ("--dry-penalty-last-n", defaults(but: \.dry.window, -2)),
    ("--logit-bias", defaults(but: \.biases, [3: .infinity])),
  ]) func `a value out of range is a usage error that names its flag`(
    flag: String, settings: SamplingSettings
  ) {
    let error = #expect(throws: LMError.self) { try settings.validate() }
    #expect(error?.kind == .usage && error?.place == flag)
    #expect(throws: LMError.self) { _ = try Sampler(settings) }
  }
}
