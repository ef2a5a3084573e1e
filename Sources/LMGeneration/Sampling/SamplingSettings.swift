import LMRuntime

/// How the next token is chosen from the model's scores, in llama.cpp's terms and with its defaults.
///
/// Biases and the constraint come first, then ``order``, then the draw. A value that changes nothing leaves its
/// step out. At temperature 0 the best token is taken, after biases, constraint and penalties; with Mirostat
/// only these and the temperature count.
public struct SamplingSettings: Sendable, Equatable {
  /// Divides the scores before the draw; 0 takes the best token (greedy). At least 0.
  public var temperature: Float = 0.8
  /// The temperature goes this far up and down with the entropy; 0 turns it off.
  public var dynamicTemperatureRange: Float = 0
  /// How fast it goes up.
  public var dynamicTemperatureExponent: Float = 1
  /// Keeps this many of the best tokens; 0 keeps all.
  public var topK = 40
  /// Keeps the fewest best tokens that have this probability together; from 0 to 1, 1 keeps all, and the best
  /// token always stays.
  public var topP: Float = 0.95
  /// Keeps tokens with at least this share of the best token's probability; from 0 to 1, 0 keeps all.
  public var minP: Float = 0.05
  /// Keeps tokens of typical surprise that have this probability together; from 0 to 1, 1 keeps all.
  public var typicalP: Float = 1
  /// Keeps tokens within so many standard deviations of the best score; 0 and less keep all.
  public var topNSigma: Float = -1
  /// How often the top choices are left out; from 0 to 1, 0 never.
  public var xtcProbability: Float = 0
  /// What makes a top choice: its probability.
  public var xtcThreshold: Float = 0.1
  /// Divides the positive and multiplies the negative scores of tokens seen lately; above 0, and 1 changes
  /// nothing.
  public var repetitionPenalty: Float = 1
  /// Taken off the scores of tokens seen lately, once.
  public var presencePenalty: Float = 0
  /// Taken off the scores of tokens seen lately, as often as they were.
  public var frequencyPenalty: Float = 0
  /// How many tokens back, the prompt's included, the penalties look; 0 turns them off, -1 means all.
  public var repetitionWindow = 64
  /// Against repetitions of runs of tokens.
  public var dry = DRYPenalty()
  /// Holds the surprise of the text; nil leaves it free.
  public var mirostat: Mirostat?
  /// Added to scores; −∞ forbids a token.
  public var biases: [Int32: Float] = [:]
  /// The steps and their order; those that are not in it are left out.
  public var order = SamplingStep.allCases
  /// Keeps the text inside a language.
  public var constraint: TokenConstraint?
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

  /// True where the best token is taken and nothing is drawn.
  var isGreedy: Bool { temperature == 0 && dynamicTemperatureRange == 0 }
}
