import ArgumentParser
import LMGeneration
import LMRuntime
import LanguageModels

/// How tokens are chosen: llama.cpp's flags and defaults.
struct SamplingOptions: ParsableArguments {
  @Option(help: "Temperature; 0 takes the best token.") var temp: Float = 0.8
  @Option(help: "Let the temperature go this far up and down with the entropy.") var dynatempRange: Float = 0
  @Option(help: "How fast it goes up.") var dynatempExp: Float = 1
  @Option(help: "Keep this many of the best tokens; 0 keeps all.") var topK = 40
  @Option(help: "Keep the best tokens with this probability together; 1 keeps all.") var topP: Float = 0.95
  @Option(help: "Keep tokens with this share of the best one's probability; 0 keeps all.") var minP: Float =
    0.05
  @Option(help: "Keep tokens of typical surprise with this probability together; 1 keeps all.")
  var typical: Float = 1
  @Option(
    name: [.customLong("top-nsigma"), .customLong("top-n-sigma")],
    help: "Keep tokens within so many standard deviations of the best score; -1 keeps all.")
  var topNSigma: Float = -1
  @Option(help: "How often the top choices are left out (XTC); 0 never.") var xtcProbability: Float = 0
  @Option(help: "The probability that makes a top choice.") var xtcThreshold: Float = 0.1
  @Option(help: "Divide the scores of tokens seen lately; 1 changes nothing.") var repeatPenalty: Float = 1
  @Option(help: "Take this off the scores of tokens seen lately.") var presencePenalty: Float = 0
  @Option(help: "Take this off for each time that a token was seen lately.") var frequencyPenalty: Float = 0
  @Option(help: "How many tokens back the penalties look; -1 means all.") var repeatLastN = 64
  @Option(help: "Strength of the penalty for repeated runs of tokens (DRY); 0 turns it off.")
  var dryMultiplier: Float = 0
  @Option(help: "Its growth with each further token.") var dryBase: Float = 1.75
  @Option(help: "The shortest run that is penalised.") var dryAllowedLength = 2
  @Option(help: "How many tokens back it looks; -1 means all.") var dryPenaltyLastN = -1
  @Option(help: "A text over which it does not look back, again for several; \"none\" for none.")
  var drySequenceBreaker: [String] = []
  @Option(help: "2 holds the surprise of the text (Mirostat 2), instead of top-k and its like; 0 does not.")
  var mirostat = 0
  @Option(help: "The surprise that it holds, in bits.") var mirostatEnt: Float = 5
  @Option(help: "How fast it corrects itself.") var mirostatLr: Float = 0.1
  @Option(
    name: [.customShort("l"), .customLong("logit-bias")],
    help: "Add to the score of a token: ID+BIAS, ID-BIAS or ID-inf, again for several.")
  var logitBias: [String] = []
  @Option(help: "The samplers in their order, with semicolons between.") var samplers: String =
    SamplingStep.allCases.map(\.rawValue).joined(separator: ";")
  @Option(help: "Names the random stream.") var seed: UInt64 = 0

  /// The settings, checked. Sequence breakers wait for ``resolve(_:_:)``.
  func settings() throws -> SamplingSettings {
    var settings = SamplingSettings()
    settings.temperature = temp
    settings.dynamicTemperatureRange = dynatempRange
    settings.dynamicTemperatureExponent = dynatempExp
    settings.topK = topK
    settings.topP = topP
    settings.minP = minP
    settings.typicalP = typical
    settings.topNSigma = topNSigma
    settings.xtcProbability = xtcProbability
    settings.xtcThreshold = xtcThreshold
    settings.repetitionPenalty = repeatPenalty
    settings.presencePenalty = presencePenalty
    settings.frequencyPenalty = frequencyPenalty
    settings.repetitionWindow = repeatLastN
    settings.dry.multiplier = dryMultiplier
    settings.dry.base = dryBase
    settings.dry.allowedLength = dryAllowedLength
    settings.dry.window = dryPenaltyLastN
    settings.mirostat = try mirostatSettings()
    settings.biases = try biases()
    settings.order = try SamplingStep.list(samplers, flag: "--samplers")
    settings.seed = seed
    try settings.validate()
    return settings
  }

  /// Adds what only the model's tokenizer can tell.
  func resolve(_ settings: inout SamplingSettings, _ model: LanguageModel) throws {
    let size = model.tokenizer.vocabularySize
    if let id = settings.biases.keys.first(where: { $0 >= size }) {
      throw LMError(
        .usage, at: "--logit-bias", "the token \(id) is not in the vocabulary of \(size)",
        remedy: "use an id that `lm tokenizer encode` shows")
    }
    guard dryMultiplier != 0 else { return }
    let texts = drySequenceBreaker.isEmpty ? SequenceBreakers.standardTexts : drySequenceBreaker
    settings.dry.breakers = model.sequenceBreakers(texts.filter { $0 != "none" })
  }

  private func mirostatSettings() throws -> Mirostat? {
    guard mirostat == 0 || mirostat == 2 else {
      throw LMError(.usage, at: "--mirostat", "is \(mirostat)", remedy: "use 2, or 0 for none")
    }
    guard mirostat == 2 else { return nil }
    var settings = Mirostat()
    (settings.target, settings.rate) = (mirostatEnt, mirostatLr)
    return settings
  }

  private func biases() throws -> [Int32: Float] {
    var biases: [Int32: Float] = [:]
    for text in logitBias {
      guard let sign = text.firstIndex(where: { $0 == "+" || $0 == "-" }), let id = Int32(text[..<sign]),
        let bias = Float(text[sign...]), id >= 0, bias < .infinity
      else {
        throw LMError(
          .usage, at: "--logit-bias", "\(JSON.quoted(text)) is no bias",
          remedy: "use ID+BIAS, ID-BIAS or ID-inf, as in 15043-1.5")
      }
      biases[id, default: 0] += bias
    }
    return biases
  }
}
