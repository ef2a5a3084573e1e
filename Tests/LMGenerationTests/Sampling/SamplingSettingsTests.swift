import LMGeneration
import LMRuntime
import Testing

@Suite struct SamplingSettingsTests {
  @Test func `the defaults are those of the command`() throws {
    let settings = SamplingSettings()
    #expect(settings.temperature == 0.8 && settings.topK == 40 && settings.topP == 0.95)
    #expect(settings.minP == 0.05 && settings.repetitionPenalty == 1 && settings.repetitionWindow == 64)
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
  ]) func `a value out of range is a usage error that names its flag`(
    flag: String, settings: SamplingSettings
  ) {
    let error = #expect(throws: LMError.self) { try settings.validate() }
    #expect(error?.kind == .usage && error?.place == flag)
    #expect(throws: LMError.self) { _ = try Sampler(settings) }
  }
}
