import LMData
import LMRuntime
import LMTensor
import LMTraining
import LMTransformer

/// Everything that a pretraining run is asked to do.
public struct PretrainingPlan: Sendable {
  /// Where token ids come from.
  public enum TokenizerChoice: Sendable, Equatable {
    /// A byte-level BPE trained on the training text.
    case train(vocabularySize: Int, pattern: String)
    /// One token per byte.
    case bytes
    /// An existing one: a folder or file.
    case load(String)
  }

  /// Whether a run goes on.
  public enum Resume: Sendable, Equatable {
    /// Begin; the output folder must hold no run.
    case no
    /// Go on from the newest whole checkpoint, or begin where there is none.
    case auto
    /// Go on from this `step-N` folder.
    case from(String)
  }

  /// Sizes and choices; the vocabulary follows from the tokenizer.
  public var configuration: TransformerConfiguration
  /// What is learned from the text.
  public var objective = Objective.causal
  /// The family as which the result is written.
  public var family: String
  /// Text files, `.jsonl` files and folders.
  public var data: [String]
  /// Held-out text; empty takes the last tenth of `data`.
  public var validationData: [String]
  /// Folder of the run and of the model.
  public var output: String
  /// Tokenizer.
  public var tokenizer: TokenizerChoice
  /// Recipe.
  public var training: TrainingSettings
  /// Begin or go on.
  public var resume: Resume
  /// Whether backward computes each layer again instead of keeping what it gave. Bits do not depend on it.
  public var checkpointsBlocks = false
  /// The command that made this plan, for the report.
  public var command: String
  /// Beginning of the samples in the report, and tokens to generate; nil shows none.
  public var samplePrompt: String?
  /// Entropy of the validation text in bits per byte where it is known, for the report.
  public var entropyFloor: Double?

  /// A plan.
  public init(
    configuration: TransformerConfiguration, family: String, data: [String], validationData: [String] = [],
    output: String, tokenizer: TokenizerChoice, training: TrainingSettings, resume: Resume = .no,
    command: String = "", samplePrompt: String? = nil, entropyFloor: Double? = nil
  ) {
    self.configuration = configuration
    self.family = family
    self.data = data
    self.validationData = validationData
    self.output = output
    self.tokenizer = tokenizer
    self.training = training
    self.resume = resume
    self.command = command
    self.samplePrompt = samplePrompt
    self.entropyFloor = entropyFloor
  }

  /// Refuses an objective for which the model is not made.
  func checkObjective() throws(LMError) {
    let isMasked = if case .masked = objective { true } else { false }
    guard isMasked != configuration.isCausal else {
      throw LMError(
        .usage, at: "--objective", "\(objective.name) does not fit --family \(family)",
        remedy: isMasked ? "use --family bert, or --objective clm" : "use --objective mlm, or --family llama")
    }
    guard case .masked(let masking) = objective, masking.hasPairs else { return }
    guard configuration.segments >= 2, configuration.outputs.contains(.nextSentence) else {
      throw LMError(
        .usage, at: "--nsp", "needs segments, which --family \(family) does not have",
        remedy: "use --family bert")
    }
  }
}
