import ArgumentParser
import LMGeneration

/// How tokens are chosen.
struct SamplingOptions: ParsableArguments {
  @Option(help: "Temperature; 0 takes the best token.") var temp: Float = 0.8
  @Option(help: "Keep this many of the best tokens; 0 keeps all.") var topK = 40
  @Option(help: "Keep the best tokens with this probability together; 1 keeps all.") var topP: Float = 0.95
  @Option(help: "Keep tokens with this share of the best one's probability; 0 keeps all.") var minP: Float =
    0.05
  @Option(help: "Divide the scores of tokens seen lately; 1 changes nothing.") var repeatPenalty: Float = 1
  @Option(help: "How many tokens back the penalty looks; -1 means all.") var repeatLastN = 64
  @Option(help: "Names the random stream.") var seed: UInt64 = 0

  /// The settings, checked.
  func settings() throws -> SamplingSettings {
    var settings = SamplingSettings()
    settings.temperature = temp
    settings.topK = topK
    settings.topP = topP
    settings.minP = minP
    settings.repetitionPenalty = repeatPenalty
    settings.repetitionWindow = repeatLastN
    settings.seed = seed
    try settings.validate()
    return settings
  }
}
