import ArgumentParser
import LMRuntime
import LMTraining

/// The recipe of a training run.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Sequences per forward pass.") var batchSize = 12
  @Option(help: "Forward passes per update.") var gradAccumulationSteps = 1
  @Option(help: "Updates.") var steps = 2000
  @Option(help: "Stop after so long: 90s, 15m, 2h.") var maxTime: String?
  @Option(help: "Highest learning rate.") var learningRate = 1e-3
  @Option(help: "Learning rate at the end (default: a tenth of the highest).") var minLr: Double?
  @Option(help: "Steps of linear warm-up.") var warmupSteps = 100
  @Option(help: "Decoupled weight decay of matrices.") var weightDecay: Float = 0.1
  @Option(help: "Decay of AdamW's first moment.") var beta1: Float = 0.9
  @Option(help: "Decay of AdamW's second moment.") var beta2: Float = 0.99
  @Option(help: "Gradients are clipped to this global norm.") var maxNorm = 1.0
  @Option(help: "Label smoothing, 0 to below 1.") var labelSmoothing: Float = 0
  @Option(help: "Steps between validations.") var stepsPerEval = 250
  @Option(help: "Steps between checkpoints.") var saveEvery = 500
  @Option(help: "Stop after so many validations without a better loss.") var patience: Int?
  @Option(help: "Names all random streams.") var seed: UInt64 = 1337
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.auto

  /// The settings.
  func settings() throws -> TrainingSettings {
    var settings = TrainingSettings()
    settings.batchSize = batchSize
    settings.gradientAccumulationSteps = gradAccumulationSteps
    settings.steps = steps
    settings.maximumSeconds = try maxTime.map(Self.seconds)
    settings.learningRate = learningRate
    settings.minimumLearningRate = minLr ?? learningRate / 10
    settings.warmupSteps = warmupSteps
    settings.adamW.weightDecay = weightDecay
    settings.adamW.beta1 = beta1
    settings.adamW.beta2 = beta2
    settings.maximumNorm = maxNorm
    settings.labelSmoothing = labelSmoothing
    settings.stepsPerEvaluation = stepsPerEval
    settings.saveEvery = saveEvery
    settings.patience = patience
    settings.seed = seed
    settings.precision = precision.dtype
    try settings.validate()
    return settings
  }

  private static func seconds(_ text: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = text.last.flatMap { units[$0] }
    guard let value = Double(unit == nil ? text[...] : text.dropLast()), value > 0, value.isFinite else {
      throw LMError(
        .usage, at: "--max-time", "is \"\(text)\"", remedy: "use a number with s, m or h, such as 15m")
    }
    return value * (unit ?? 1)
  }
}
