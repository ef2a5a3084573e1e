import Glibc
import LMAutograd
import LMRuntime
import LMTensor
import LMTransformer

/// Times whole training steps on random tokens: forward, backward, clipping, update.
public struct StepBenchmark {
  /// What a benchmark reports.
  public struct Result: Sendable {
    /// Trained values.
    public let parameters: Int
    /// Median time of a step, in milliseconds.
    public let medianStepMilliseconds: Double
    /// Median time of clipping and the optimizer alone, in milliseconds.
    public let medianUpdateMilliseconds: Double
    /// Tokens of a batch divided by the median.
    public let tokensPerSecond: Double
    /// Multiply-adds of the matrix products and of attention, counted twice, in one step.
    public let operationsPerStep: Double
    /// What the system was asked for after the second step.
    public let lateSystemAllocations: Int
  }

  /// How much is done in a step, and how.
  public struct Options: Sendable {
    /// Batches of a step, whose gradients are added.
    public var gradientAccumulationSteps = 1
    /// Whether backward computes each layer again.
    public var checkpointsBlocks = false

    /// One batch, everything kept.
    public init() {}
  }

  /// Sizes of the model.
  public let configuration: TransformerConfiguration
  /// Sequences B of a batch, each of the whole context.
  public let batchSize: Int
  /// Type of the products.
  public let precision: DType
  /// The optimizer.
  public let optimizer: any OptimizerSettings
  /// How a step is made.
  public let options: Options

  /// A benchmark of one shape.
  public init(
    _ configuration: TransformerConfiguration, batchSize: Int, precision: DType,
    optimizer: any OptimizerSettings = AdamW(), options: Options = Options()
  ) {
    self.optimizer = optimizer
    self.options = options
    self.configuration = configuration
    self.batchSize = batchSize
    self.precision = precision
  }

  /// Runs `warmup` steps and then `steps` timed ones.
  public func run(steps: Int, warmup: Int = 3) -> Result {
    let model = Transformer(configuration)
    model.initialize(seed: 0)
    var setting = OptimizerContext()
    setting.precision = precision
    setting.hiddenMatrices = model.hiddenMatrices
    let optimizer = optimizer.optimizer(model.parameters, setting)
    let gradients = ParameterChunks(model.parameters)
    var random = RandomStream(seed: 1)
    let tokens = batchSize * configuration.contextLength * options.gradientAccumulationSteps
    var times: [Double] = []
    var updateTimes: [Double] = []
    var allocations = 0
    for step in 0..<warmup + steps {
      let ids = (0..<2 * tokens).map { _ in Int32(random.uniform(below: configuration.vocabularySize)) }
      let start = ContinuousClock.now
      collectGradients(model, ids)
      let updateStart = ContinuousClock.now
      let norm = gradients.gradientNorm()
      optimizer.update(learningRate: 1e-3, gradientScale: min(1, 1 / (norm + 1e-6)))
      for parameter in model.parameters { parameter.clearGradient() }
      let end = ContinuousClock.now
      if step >= warmup {
        times.append((end - start).inSeconds * 1e3)
        updateTimes.append((end - updateStart).inSeconds * 1e3)
      }
      if step < 2 { allocations = TensorMemory.current.systemAllocations }
    }
    let median = times.sorted()[times.count / 2]
    return Result(
      parameters: configuration.parameterCount, medianStepMilliseconds: median,
      medianUpdateMilliseconds: updateTimes.sorted()[updateTimes.count / 2],
      tokensPerSecond: Double(tokens) / median * 1e3,
      operationsPerStep: configuration.trainingOperations(tokens: tokens),
      lateSystemAllocations: TensorMemory.current.systemAllocations - allocations)
  }

  /// Forward and backward of all batches of a step; ids and targets stand behind each other.
  private func collectGradients(_ model: Transformer, _ numbers: [Int32]) {
    let total = numbers.count / 2
    let tokens = total / options.gradientAccumulationSteps
    for start in stride(from: 0, to: total, by: tokens) {
      let tape = Tape()
      var context = ForwardContext(
        batch: batchSize, tokens: configuration.contextLength, precision: precision, tape: tape,
        dropoutSeed: UInt64(start))
      context.checkpointsBlocks = options.checkpointsBlocks
      _ = model.loss(
        Array(numbers[start..<start + tokens]),
        targets: Array(numbers[total + start..<total + start + tokens]),
        gradientScale: 1 / Float(total), context)
      tape.backward()
    }
  }
}

extension TransformerConfiguration {
  /// Operations of a step on `tokens` tokens in whole contexts: 6 per weight and token in matrix products,
  /// and 12 · d per head and visible pair in attention (4 forward, 8 backward without recomputation).
  func trainingOperations(tokens: Int) -> Double {
    let shape = attentionShape
    let block = width * shape.rowWidth + shape.queryWidth * width + width * hiddenWidth * (isGated ? 3 : 2)
    let products = 6 * Double(tokens) * Double(layers * block + vocabularySize * width)
    let pairs = Double(tokens) * Double(contextLength + 1) / 2
    return products + 12 * pairs * Double(shape.queryWidth) * Double(layers)
  }
}
