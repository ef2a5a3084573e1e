import LMRuntime
import LMTraining
import Testing

@Suite struct TrainingSettingsTests {
  private struct Invalid: Sendable {
    let flag: String
    let change: @Sendable (inout TrainingSettings) -> Void
  }

  private static let invalid: [Invalid] = [
    Invalid(flag: "--steps") { $0.steps = 0 }, Invalid(flag: "--steps") { $0.steps = .max },
    Invalid(flag: "--batch-size") { $0.batchSize = -1 },
    Invalid(flag: "--grad-accumulation-steps") { $0.gradientAccumulationSteps = 0 },
    Invalid(flag: "--steps-per-eval") { $0.stepsPerEvaluation = 0 },
    Invalid(flag: "--save-every") { $0.saveEvery = 0 }, Invalid(flag: "--patience") { $0.patience = 0 },
    Invalid(flag: "--warmup-steps") { $0.warmupSteps = -1 },
    Invalid(flag: "--learning-rate") { $0.learningRate = 0 },
    Invalid(flag: "--learning-rate") { $0.learningRate = .nan },
    Invalid(flag: "--min-lr") { $0.minimumLearningRate = 1 },
    Invalid(flag: "--min-lr") { $0.minimumLearningRate = -1 },
    Invalid(flag: "--max-norm") { $0.maximumNorm = .infinity },
    Invalid(flag: "--max-time") { $0.maximumSeconds = 0 },
    Invalid(flag: "--weight-decay") { $0.optimizer = AdamW(weightDecay: .nan) },
    Invalid(flag: "--beta1") { $0.optimizer = AdamW(beta1: 1) },
    Invalid(flag: "--beta2") { $0.optimizer = AdamW(beta2: -0.1) },
    Invalid(flag: "--beta2") { $0.optimizer = Lion(beta2: .nan) },
    Invalid(flag: "--epsilon") { $0.optimizer = AdaGrad(epsilon: 0) },
    Invalid(flag: "--momentum") { $0.optimizer = SGD(momentum: 1) },
    Invalid(flag: "--nesterov") { $0.optimizer = SGD(momentum: 0, isNesterov: true) },
    Invalid(flag: "--nesterov") { $0.optimizer = SGD(dampening: 0.1, isNesterov: true) },
    Invalid(flag: "--dampening") { $0.optimizer = SGD(momentum: 0, dampening: 0.5) },
    Invalid(flag: "--adamw-learning-rate") { $0.optimizer = Muon(adamWLearningRate: 0) },
    Invalid(flag: "--l1") { $0.gradients.l1 = -1 }, Invalid(flag: "--l2") { $0.gradients.l2 = .infinity },
    Invalid(flag: "--clip-value") { $0.gradients.limit = 0 },
    Invalid(flag: "--clip-value") { $0.gradients.limit = .nan },
    Invalid(flag: "--schedule-period") { $0.schedule = .cyclic(period: 0) },
    Invalid(flag: "--schedule-factor") { $0.schedule = .exponential(factor: 1.5) },
    Invalid(flag: "--schedule-factor") { $0.schedule = .restarts(period: 5, factor: 0) },
    Invalid(flag: "--label-smoothing") { $0.labelSmoothing = 1 },
  ]

  @Test func `the usual settings are valid, others are refused by their flag`() throws {
    try TrainingSettings().validate()
    for invalid in Self.invalid {
      var settings = TrainingSettings()
      invalid.change(&settings)
      let error = #expect(throws: LMError.self, "\(invalid.flag)") { try settings.validate() }
      #expect(error?.place == invalid.flag && error?.kind == .usage)
    }
  }

  @Test func `a state comes back from JSON, without a loss too`() throws {
    var state = TrainingState()
    (state.step, state.tokens, state.seconds, state.skipped, state.skippedInARow) = (7, 1 << 40, 1.25, 3, 2)
    (state.updates, state.best, state.evaluationsSinceBest) = (4, (2.5, 5), 1)
    (state.loss, state.validationLoss) = (.nan, 2.75)
    let text = JSON.object(state.json).text()
    let read = try TrainingState(JSONField(try JSON.parse(text, from: "test"), in: "test"))
    #expect(read.loss.isNaN && read.best?.step == 5 && read.best?.loss == 2.5)
    #expect(JSON.object(read.json).text() == text)
  }
}
