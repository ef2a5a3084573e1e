import LMFormats
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import LMTransformer
import Testing

@Suite struct TrainingCheckpointTests {
  private let temporary = TemporaryDirectory()
  private let stop = LMError(at: "the test", "stops here", remedy: "")

  /// The run of the tests: dropout, accumulation and smoothing make use of all that a checkpoint must carry.
  private func run(precision: DType = .float32, saveEvery: Int = 5) -> ToyRun {
    var run = ToyRun(steps: 12)
    run.configuration.dropout = 0.1
    run.settings.precision = precision
    run.settings.gradientAccumulationSteps = 2
    run.settings.labelSmoothing = 0.1
    run.settings.saveEvery = saveEvery
    return run
  }

  private func checkpoint(_ fingerprint: String = "a") throws -> TrainingCheckpoint {
    try TrainingCheckpoint(temporary("training"), fingerprint: ["data": .string(fingerprint)])
  }

  /// Trains a new trainer from the newest checkpoint to the next save, or to the end.
  private func session(_ run: ToyRun, stops: Bool) throws -> Trainer {
    let trainer = run.trainer()
    // Other weights than at the beginning: all of them come from the checkpoint.
    if FileSystem.kind(of: temporary("training")) != nil { trainer.model.initialize(seed: 99) }
    let checkpoint = try checkpoint()
    _ = try checkpoint.restore(trainer, run.config) { Issue.record("\($0) is damaged") }
    do {
      try run.train(
        trainer,
        save: { () throws(LMError) in
          try checkpoint.save(trainer, run.config)
          if stops { throw stop }
        })
    } catch let error as LMError where error == stop {}
    return trainer
  }

  /// A file of the family itself would hold 1 − 0.3 of them, to fewer bits.
  @Test func `norms of Gemma come back with all their bits`() throws {
    var run = ToyRun()
    let c = run.configuration
    (run.configuration.activation, run.configuration.embeddingScale) = (
      .geluTanh, Float(c.width).squareRoot()
    )
    let config = ModelConfigFile(
      family: GemmaFamily.self, configuration: run.configuration, specialTokens: [:])
    #expect(config.misfit == nil)
    let (trainer, other) = (run.trainer(), run.trainer())
    for parameter in trainer.model.parameters where parameter.shape.count == 1 {
      for index in 0..<parameter.columnCount { parameter.value.floats[index] = 0.3 + Float(index) / 97 }
    }
    let checkpoint = try checkpoint()
    try checkpoint.save(trainer, config)
    #expect(try checkpoint.restore(other, config) { Issue.record("\($0) is damaged") })
    #expect(other.bits == trainer.bits)
    _ = try ModelConfigFile(
      JSONField(try JSON.read(temporary("training/step-0/config.json")), in: "config.json"), at: "config.json"
    )
  }

  @Test(arguments: [DType.float32, .bfloat16], [1, 2, 5, 11])
  func `stopped and resumed at every save, it ends with the same bits`(precision: DType, saveEvery: Int)
    throws
  {
    let run = run(precision: precision, saveEvery: saveEvery)
    try withFixedKernels {
      let whole = run.trainer()
      try run.train(whole)
      var trainer = try session(run, stops: true)
      var sessions = 1
      while trainer.state.step < 12, sessions < 20 {
        trainer = try session(run, stops: true)
        sessions += 1
      }
      #expect(sessions == (12 + saveEvery - 1) / saveEvery)
      #expect(trainer.bits == whole.bits)
      #expect(trainer.state.withoutTime == whole.state.withoutTime)
    }
  }

  @Test(arguments: OptimizerCases.names)
  func `resumed with any optimizer, it ends with the same bits`(name: String) throws {
    var run = run(precision: .bfloat16)
    run.settings.optimizer = OptimizerCases.named(name)
    run.settings.schedule = .restarts(period: 3, factor: 2)
    try withFixedKernels {
      let whole = run.trainer()
      try run.train(whole)
      _ = try session(run, stops: true)
      let resumed = try session(run, stops: false)
      #expect(resumed.state.step == 12 && resumed.bits == whole.bits)
    }
  }

  @Test func `a checkpoint of another optimizer is refused, by name`() throws {
    var run = run()
    func restore() throws {
      let trainer = run.trainer()
      _ = try TrainingCheckpoint(temporary("training"), fingerprint: run.settings.json)
        .restore(trainer, run.config) { _ in }
    }
    let trainer = run.trainer()
    let checkpoint = try TrainingCheckpoint(temporary("training"), fingerprint: run.settings.json)
    try run.train(trainer, save: { () throws(LMError) in try checkpoint.save(trainer, run.config) })
    try restore()
    run.settings.optimizer = Lion()
    let other = #expect(throws: LMError.self) { try restore() }
    #expect(other?.problem == "belongs to another run: optimizer was \"adamw\" and is \"lion\" now")
    run.settings.optimizer = AdamW(beta2: 0.5)
    let setting = #expect(throws: LMError.self) { try restore() }
    #expect(setting?.problem == "belongs to another run: beta2 was 0.99 and is 0.5 now")
    run.settings.optimizer = AdamW()
    run.settings.schedule = .linear
    let schedule = #expect(throws: LMError.self) { try restore() }
    #expect(schedule?.problem == "belongs to another run: schedule was \"cosine\" and is \"linear\" now")
  }

  @Test func `a checkpoint of another run is refused, by name`() throws {
    let run = run()
    _ = try session(run, stops: true)
    let other = run.trainer()
    let before = other.bits
    let error = #expect(throws: LMError.self) { try checkpoint("b").restore(other, run.config) { _ in } }
    #expect(
      error?.description.hasPrefix(
        "\(temporary("training"))/step-5: belongs to another run: data was \"a\" and is ") ?? false)
    #expect(other.bits == before && other.state.step == 0)
  }

  @Test(
    arguments: ["model.safetensors", "optimizer.safetensors", "config.json", "manifest.json"],
    ["flip", "cut", "gone"])
  func `of a damaged newest checkpoint the older one is used, and it is said`(file: String, damage: String)
    throws
  {
    let run = run()
    let trainer = run.trainer()
    let checkpoint = try checkpoint()
    try run.train(trainer, save: { () throws(LMError) in try checkpoint.save(trainer, run.config) })
    let path = temporary("training/step-12/\(file)")
    var bytes = try TemporaryDirectory.bytes(of: path)
    switch damage {
    case "flip": bytes[bytes.count / 2] ^= 4
    case "cut": bytes.removeLast(bytes.count / 3)
    default: break
    }
    if damage == "gone" {
      try FileSystem.removeTree(path)
    } else {
      try temporary.write("training/step-12/\(file)", bytes)
    }
    let resumed = run.trainer()
    var rejected: [RejectedCheckpoint] = []
    #expect(try checkpoint.restore(resumed, run.config) { rejected.append($0) })
    #expect(resumed.state.step == 10)
    #expect(rejected.count == 1 && rejected.first?.path == temporary("training/step-12"))
    #expect(rejected.first?.reason.description.contains(file) ?? false)
  }

  @Test func `without a checkpoint it begins, with damaged ones only it does not`() throws {
    let run = run()
    #expect(try checkpoint().restore(run.trainer(), run.config) { _ in } == false)
    _ = try session(run, stops: true)
    try temporary.write("training/step-5/model.safetensors", [1, 2, 3])
    #expect(throws: LMError.self) { try checkpoint().restore(run.trainer(), run.config) { _ in } }
  }

  @Test func `a checkpoint is chosen by its folder`() throws {
    let run = run()
    let checkpoint = try checkpoint()
    let trainer = run.trainer()
    try run.train(trainer, save: { () throws(LMError) in try checkpoint.save(trainer, run.config) })
    for path in ["training/step-10", "training/step-10/", "training/step-10//"] {
      let resumed = run.trainer()
      try checkpoint.restore(resumed, run.config, fromFolder: temporary(path))
      #expect(resumed.state.step == 10)
    }
    for path in ["training", "training/step-11", "training/step-10/config.json", "nothing", ""] {
      let error = #expect(throws: LMError.self) {
        try checkpoint.restore(run.trainer(), run.config, fromFolder: temporary(path))
      }
      #expect(error?.problem == "is no checkpoint", "\(path)")
    }
  }

  @Test func `a checkpoint is a model folder too`() throws {
    let run = run()
    let trainer = try session(run, stops: true)
    let folder = temporary("training/step-5")
    let config = JSONField(try JSON.read("\(folder)/config.json"), in: folder)
    #expect(try config["architectures"].array().first?.string() == "LlamaForCausalLM")
    let opened = try SafeTensorsFile("\(folder)/model.safetensors")
    #expect(opened.entries.count == trainer.model.namedTensors(run.config.family).count)
  }
}
