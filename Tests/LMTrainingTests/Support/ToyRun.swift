import LMAutograd
import LMData
import LMFormats
import LMRuntime
import LMTensor
import LMTraining
import LMTransformer

/// A run of a tiny model on a text that repeats itself.
struct ToyRun {
  var configuration: TransformerConfiguration
  var settings = TrainingSettings()

  /// 600 ids of 20, in a pattern of 30.
  static let stream = TokenStream(ids: (0..<600).map { Int32(($0 % 30) * ($0 % 30) % 20) }, byteCount: 600)

  init(width: Int = 16, steps: Int = 12) {
    configuration = TransformerConfiguration(
      vocabularySize: 20, contextLength: 12, width: width, layers: 2, heads: 2, hiddenWidth: 24)
    settings.steps = steps
    settings.batchSize = 4
    settings.learningRate = 1e-2
    settings.minimumLearningRate = 1e-3
    settings.warmupSteps = 3
    settings.stepsPerEvaluation = 5
    settings.saveEvery = 1000
  }

  /// A trainer of a model with the weights of its seed.
  func trainer() -> Trainer {
    let model = Transformer(configuration)
    model.initialize(seed: settings.seed, deviation: 0.1)
    return Trainer(model, settings)
  }

  /// What describes the model in a checkpoint.
  var config: ModelConfigFile {
    ModelConfigFile(family: LlamaFamily.self, configuration: configuration, specialTokens: [:])
  }

  /// Batches of the text by their number.
  func batches() throws -> (Int) -> TokenBatch {
    let sampler = try BatchSampler(
      Self.stream, sequences: settings.batchSize, tokens: configuration.contextLength, seed: settings.seed)
    return { index in
      var own = sampler
      return own.batch(index)
    }
  }

  /// Trains to the end; `save` is called where a checkpoint is due.
  @discardableResult func train(
    _ trainer: Trainer, batch: ((Int) -> TokenBatch)? = nil, save: () throws(LMError) -> Void = {},
    onEvent: (Trainer.Event) -> Void = { _ in }
  ) throws -> Trainer.End {
    let heldOut = EvaluationBatches(Self.stream, sequences: 5, tokens: configuration.contextLength)
    let batch = try batch ?? batches()
    return try trainer.run(
      batch: batch, validate: { trainer.measure(heldOut) }, save: save, onEvent: onEvent)
  }
}

extension Trainer {
  /// All weights and moments, as bits.
  var bits: [String: [UInt32]] {
    let moments = optimizer.namedTensors()
    var result: [String: [UInt32]] = [:]
    for parameter in model.parameters { result[parameter.name] = parameter.value.toArray().map(\.bitPattern) }
    for name in moments.names { result[name] = moments[name]?.toArray().map(\.bitPattern) }
    return result
  }

  /// All weights.
  var weights: [Double] { model.parameters.flatMap { $0.value.toArray().map(Double.init) } }
}

extension TrainingState {
  /// The state without its clock.
  var withoutTime: TrainingState {
    var state = self
    state.seconds = 0
    return state
  }
}
