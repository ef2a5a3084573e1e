import LMAutograd
import LMData
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import LMTransformer
import Testing

@Suite struct TrainerTests {
  @Test func `the loss of a text that repeats itself falls to almost nothing`() throws {
    var run = ToyRun(steps: 150)
    run.settings.stepsPerEvaluation = 50
    let trainer = run.trainer()
    var losses: [Double] = []
    var validations: [Double] = []
    let end = try run.train(
      trainer,
      onEvent: { event in
        guard case .step(let record) = event else { return }
        losses.append(record.loss)
        validations += record.validationLoss.map { [$0] } ?? []
      })
    #expect(end == .finished && losses.count == 150 && validations.count == 3)
    // ln 20 = 3.0 where nothing is known; the pattern repeats after 30 ids and is known almost everywhere.
    #expect(abs((losses.first ?? 0) - 3) < 0.3 && (losses.last ?? 9) < 0.5 && (validations.last ?? 9) < 0.5)
    #expect(trainer.state.step == 150 && trainer.state.updates == 150 && trainer.state.skipped == 0)
    #expect(trainer.state.tokens == 150 * 4 * 12 && trainer.state.seconds > 0)
    #expect(trainer.state.loss == losses.last && trainer.state.validationLoss == validations.last)
  }

  /// AdamW divides by the gradient's size, so ε is large here: without that, roundings of gradients near zero
  /// would count in full.
  @Test(arguments: [1, 2, 3]) func `parts of a batch one after the other equal the batch`(parts: Int) throws {
    var whole = ToyRun(steps: 5)
    whole.settings.batchSize = 6
    whole.settings.optimizer = AdamW(epsilon: 1e-3)
    var split = whole
    split.settings.batchSize = 6 / parts
    split.settings.gradientAccumulationSteps = parts
    // Some targets do not count: the mean is over those that do, wherever they are.
    func masked(_ batch: TokenBatch, from start: Int) -> TokenBatch {
      TokenBatch(
        sequences: batch.sequences, tokens: batch.tokens, ids: batch.ids,
        targets: batch.targets.enumerated().map { (start + $0) % 72 < 30 ? -1 : $1 })
    }
    let (large, small) = (try whole.batches(), try split.batches())
    let (a, b) = (whole.trainer(), split.trainer())
    var losses: ([Double], [Double]) = ([], [])
    try whole.train(
      a, batch: { masked(large($0), from: 0) },
      onEvent: { if case .step(let record) = $0 { losses.0.append(record.loss) } })
    try split.train(
      b, batch: { masked(small($0), from: $0 % parts * 72 / parts) },
      onEvent: { if case .step(let record) = $0 { losses.1.append(record.loss) } })
    #expect(relativeError(losses.1, losses.0) < 1e-5)
    #expect(relativeError(b.weights, a.weights) < 1e-5)
    #expect(a.state.tokens == b.state.tokens && a.state.tokens == 5 * 42)
  }

  /// The first update by hand: the gradient of the same batch, scaled to the highest norm.
  @Test(arguments: [1e9, 0.01]) func `gradients are clipped to the global norm`(limit: Double) throws {
    var run = ToyRun(steps: 1)
    run.settings.maximumNorm = limit
    run.settings.optimizer = AdamW(epsilon: 1e-2)
    let (trainer, own) = (run.trainer(), run.trainer())
    let tape = Tape()
    let batch = try run.batches()(0)
    let (norm, expected) = withFixedKernels {
      let context = ForwardContext(batch: 4, tokens: 12, precision: .float32, tape: tape)
      _ = own.model.loss(batch.ids, targets: batch.targets, gradientScale: 1 / 48, context)
      tape.backward()
      let norm = ParameterChunks(own.model.parameters).gradientNorm()
      let rate = LearningRateSchedule(peak: 1e-2, floor: 1e-3, warmupSteps: 3, steps: 1).rate(0)
      own.optimizer.update(learningRate: rate, gradientScale: min(1, limit / norm))
      return (norm, own.weights)
    }
    var recorded = 0.0
    try run.train(trainer, onEvent: { if case .step(let record) = $0 { recorded = record.gradientNorm } })
    #expect(abs(recorded / norm - 1) < 1e-5 && norm > 0.1)
    #expect(relativeError(trainer.weights, expected) < 1e-6)
  }

  @Test(arguments: [DType.float32, .bfloat16])
  func `bits of weights and moments do not depend on the number of threads`(precision: DType) throws {
    var run = ToyRun(width: 48, steps: 3)
    run.configuration.dropout = 0.1
    run.settings.precision = precision
    run.settings.gradientAccumulationSteps = 2
    let results = try onThreadCounts([1, 2, 8]) { _ in
      let trainer = run.trainer()
      try run.train(trainer)
      return (trainer.bits, trainer.state.withoutTime)
    }
    #expect(results.allSatisfy { $0.0 == results[0].0 && $0.1 == results[0].1 })
  }

  @Test(arguments: Optimizers.names) func `every optimizer learns at its usual rate`(name: String) throws {
    var run = ToyRun(steps: 150)
    run.settings.optimizer = try Optimizers.named(name)
    // Lion moves every weight by its rate, and 150 steps are few.
    run.settings.learningRate = max(2e-3, type(of: run.settings.optimizer).usualLearningRate)
    run.settings.minimumLearningRate = run.settings.learningRate / 10
    let trainer = run.trainer()
    try run.train(trainer)
    // ln 20 = 3.0 where nothing is known, 2.36 where only the frequencies are.
    #expect(trainer.state.loss < 2.3, "\(trainer.state.loss)")
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `an update that is not finite is skipped, five in a row end the run`(value: Float) throws {
    let run = ToyRun(steps: 30)
    let (trainer, batches) = (run.trainer(), try run.batches())
    let place = trainer.model.blocks[0].attentionOutput.weight.value.floats
    var good: Float = 0
    var skipped: [Int] = []
    var before: [String: [UInt32]] = [:]
    // Fails in steps 3 to 6, is well again, then fails from step 10 on.
    let error = #expect(throws: LMError.self) {
      try run.train(
        trainer,
        batch: { index in
          switch index {
          case 2, 9:
            good = place[5]
            place[5] = value
            before = trainer.bits
          case 6:
            #expect(trainer.bits == before)
            place[5] = good
          default: break
          }
          return batches(index)
        }, onEvent: { if case .skipped(let step, _, _) = $0 { skipped.append(step) } })
    }
    #expect(error?.kind == .diverged && error?.place == "step 14")
    #expect(skipped == [3, 4, 5, 6, 10, 11, 12, 13, 14])
    #expect(trainer.bits == before)
    #expect(trainer.state.skipped == 9 && trainer.state.updates == 5)
  }

  /// The checkpoint that is there before a run diverges must not be replaced by one of a run that is about to.
  @Test func `nothing is saved after an update that was skipped`() throws {
    var run = ToyRun(steps: 30)
    run.settings.saveEvery = 1
    let (trainer, batches) = (run.trainer(), try run.batches())
    var saved: [Int] = []
    #expect(throws: LMError.self) {
      try run.train(
        trainer,
        batch: { index in
          if index == 4 { trainer.model.embedding.value.floats[0] = .nan }
          return batches(index)
        }, save: { saved.append(trainer.state.step) })
    }
    #expect(saved == [1, 2, 3, 4])
  }

  @Test func `validations without a better loss stop the run early`() throws {
    var run = ToyRun(steps: 50)
    run.settings.stepsPerEvaluation = 2
    run.settings.patience = 2
    let trainer = run.trainer()
    var losses = [3, 2, 2.5, 1.5, 1.5, 9, 0.1][...]
    var saved: [Int] = []
    let end = try trainer.run(
      batch: try run.batches(), validate: { losses.popFirst().map { Measurement(loss: $0) } },
      save: { saved.append(trainer.state.step) },
      onEvent: { _ in })
    #expect(end == .stoppedEarly && saved == [12])
    #expect(trainer.state.best?.loss == 1.5 && trainer.state.best?.step == 8 && trainer.state.step == 12)
    #expect(trainer.state.validationLoss == 9)
  }

  @Test func `when the time is up the run saves and ends`() throws {
    var run = ToyRun(steps: 1_000_000)
    run.settings.maximumSeconds = 0.05
    let trainer = run.trainer()
    var saved: [Int] = []
    let end = try run.train(trainer, save: { saved.append(trainer.state.step) })
    #expect(end == .timeIsUp && saved.last == trainer.state.step && trainer.state.step > 0)
  }

  @Test func `it saves at its steps and at the end`() throws {
    var run = ToyRun(steps: 10)
    run.settings.saveEvery = 4
    let trainer = run.trainer()
    var saved: [Int] = []
    try run.train(trainer, save: { saved.append(trainer.state.step) })
    #expect(saved == [4, 8, 10])
    // A run that is done does nothing more.
    #expect(try run.train(trainer, batch: { _ in fatalError("no batch is asked for") }) == .finished)
  }

  @Test func `the mean loss is that over all tokens, without smoothing and dropout`() throws {
    var run = ToyRun()
    run.configuration.dropout = 0.5
    run.settings.labelSmoothing = 0.3
    let trainer = run.trainer()
    let means = [1, 5, 49].map { sequences in
      trainer.meanLoss(EvaluationBatches(ToyRun.stream, sequences: sequences, tokens: 12)) ?? 0
    }
    #expect(relativeError(means, [means[0], means[0], means[0]]) < 1e-6)
    #expect(
      trainer.meanLoss(EvaluationBatches(TokenStream(ids: [1], byteCount: 1), sequences: 1, tokens: 12))
        == nil)
  }
}
