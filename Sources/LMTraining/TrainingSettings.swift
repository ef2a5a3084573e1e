import LMRuntime
import LMTensor

/// How a model is trained.
public struct TrainingSettings: Sendable {
  /// Updates.
  public var steps = 2000
  /// Sequences per forward pass.
  public var batchSize = 12
  /// Forward passes per update.
  public var gradientAccumulationSteps = 1
  /// Highest learning rate.
  public var learningRate = 1e-3
  /// Lowest learning rate of the schedule.
  public var minimumLearningRate = 1e-4
  /// How the learning rate goes on after the warm-up.
  public var schedule = LearningRateSchedule.Shape.cosine
  /// Steps of linear warm-up.
  public var warmupSteps = 100
  /// The optimizer.
  public var optimizer: any OptimizerSettings = AdamW()
  /// Penalties, and clipping by value.
  public var gradients = GradientPreparation()
  /// Gradients are scaled down to this global norm.
  public var maximumNorm = 1.0
  /// Label smoothing, in `0 ..< 1`.
  public var labelSmoothing: Float = 0
  /// Type of the products.
  public var precision = DType.float32
  /// Names every random stream of the run.
  public var seed: UInt64 = 1337
  /// Steps between two validations.
  public var stepsPerEvaluation = 250
  /// Steps between two checkpoints.
  public var saveEvery = 500
  /// Stop after this many validations without a better loss; nil never does.
  public var patience: Int?
  /// Stop after so many seconds of training; nil never does.
  public var maximumSeconds: Double?

  /// The recipe of nanoGPT for a CPU.
  public init() {}

  /// Checks ranges.
  /// - Throws: ``LMError`` of kind `usage` that names the flag and its range.
  public func validate() throws(LMError) {
    let counts: [(String, Int)] = [
      ("--steps", steps), ("--batch-size", batchSize),
      ("--grad-accumulation-steps", gradientAccumulationSteps),
      ("--steps-per-eval", stepsPerEvaluation), ("--save-every", saveEvery), ("--patience", patience ?? 1),
    ]
    for (flag, value) in counts where !(1...1_000_000_000).contains(value) {
      throw LMError(.usage, at: flag, "is \(value)", remedy: "use a whole number from 1 on")
    }
    guard warmupSteps >= 0 else {
      throw LMError(.usage, at: "--warmup-steps", "is \(warmupSteps)", remedy: "use 0 or more")
    }
    let positives: [(String, Double)] = [
      ("--learning-rate", learningRate), ("--max-norm", maximumNorm), ("--max-time", maximumSeconds ?? 1),
    ]
    for (flag, value) in positives where !(value > 0 && value.isFinite) {
      throw LMError(.usage, at: flag, "is \(value)", remedy: "use a number above 0")
    }
    guard (0...learningRate).contains(minimumLearningRate) else {
      throw LMError(
        .usage, at: "--min-lr", "is \(minimumLearningRate)",
        remedy: "use a number from 0 to the learning rate")
    }
    for (flag, value) in [("--l1", gradients.l1), ("--l2", gradients.l2)]
    where !(value >= 0 && value.isFinite) {
      throw LMError(.usage, at: flag, "is \(value)", remedy: "use 0 or more")
    }
    guard gradients.limit > 0 else {
      throw LMError(.usage, at: "--clip-value", "is \(gradients.limit)", remedy: "use a number above 0")
    }
    try schedule.validate()
    try optimizer.validate()
    guard (0..<1).contains(labelSmoothing) else {
      throw LMError(.usage, at: "--label-smoothing", "is \(labelSmoothing)", remedy: "use 0 to below 1")
    }
  }

  /// The schedule of the run.
  var learningRates: LearningRateSchedule {
    LearningRateSchedule(
      peak: learningRate, floor: minimumLearningRate, warmupSteps: warmupSteps, steps: steps, shape: schedule)
  }

  /// What decides about the bits of a run, by name; the time limit and the rhythm of saving do not.
  public var json: JSONObject {
    var object = JSONObject()
    for member in optimizer.json.members { object[member.key] = member.value }
    object["steps"] = .integer(steps)
    object["batch size"] = .integer(batchSize)
    object["gradient accumulation steps"] = .integer(gradientAccumulationSteps)
    object["learning rate"] = .number(learningRate)
    object["minimum learning rate"] = .number(minimumLearningRate)
    object["warm-up steps"] = .integer(warmupSteps)
    object["schedule"] = .string(schedule.name)
    if let period = schedule.period { object["schedule period"] = .integer(period) }
    if let factor = schedule.factor { object["schedule factor"] = .number(factor) }
    object["maximum norm"] = .number(maximumNorm)
    if gradients.limit.isFinite { object["clip value"] = .number(gradients.limit) }
    object["l1"] = .number(gradients.l1)
    object["l2"] = .number(gradients.l2)
    object["label smoothing"] = .number(Double(labelSmoothing))
    object["precision"] = .string(precision == .bfloat16 ? "bf16" : "fp32")
    object["seed"] = .string("\(seed)")
    object["steps per evaluation"] = .integer(stepsPerEvaluation)
    object["patience"] = patience.map { .integer($0) } ?? .null
    return object
  }
}
