import ArgumentParser
import LMRuntime
import LMTraining

/// The recipe of a training run.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Sequences per forward pass.") var batchSize = 12
  @Option(help: "Forward passes per update.") var gradAccumulationSteps = 1
  @Option(help: "Updates.") var steps = 2000
  @Option(help: "Stop after so long: 90s, 15m, 2h.") var maxTime: String?
  @Option(help: "Highest learning rate (default: the optimizer's usual one).") var learningRate: Double?
  @OptionGroup var schedule: ScheduleOptions
  @OptionGroup var optimizer: OptimizerOptions
  @Option(help: "Gradients are clipped to this global norm.") var maxNorm = 1.0
  @Option(help: "Every value of a gradient is clipped to this size.") var clipValue: Double?
  @Option(help: "L1 penalty of matrices, added to the gradient.") var l1 = 0.0
  @Option(help: "L2 penalty of matrices, added to the gradient.") var l2 = 0.0
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
    settings.optimizer = try optimizer.settings()
    settings.learningRate = learningRate ?? type(of: settings.optimizer).usualLearningRate
    try schedule.apply(to: &settings)
    settings.maximumNorm = maxNorm
    if let clipValue { settings.gradients.limit = clipValue }
    settings.gradients.l1 = l1
    settings.gradients.l2 = l2
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
