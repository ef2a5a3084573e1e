import Glibc
import LMAutograd
import LMRuntime
import LMTensor
import LMTransformer

/// Times whole training steps on random tokens: forward, backward, clipping, AdamW.
public struct StepBenchmark {
  /// What a benchmark reports.
  public struct Result: Sendable {
    /// Trained values.
    public let parameters: Int
    /// Median time of a step, in milliseconds.
    public let medianStepMilliseconds: Double
    /// Tokens of a batch divided by the median.
    public let tokensPerSecond: Double
    /// Multiply-adds of the matrix products and of attention, counted twice, in one step.
    public let operationsPerStep: Double
  }

  /// Sizes of the model.
  public let configuration: TransformerConfiguration
  /// Sequences B of a batch, each of the whole context.
  public let batchSize: Int
  /// Type of the products.
  public let precision: DType

  /// A benchmark of one shape.
  public init(_ configuration: TransformerConfiguration, batchSize: Int, precision: DType) {
    self.configuration = configuration
    self.batchSize = batchSize
    self.precision = precision
  }

  /// Runs `warmup` steps and then `steps` timed ones.
  public func run(steps: Int, warmup: Int = 3) -> Result {
    let model = Transformer(configuration)
    model.initialize(seed: 0)
    let optimizer = AdamW(model.parameters, AdamW.Settings())
    var random = RandomStream(seed: 1)
    let tokens = batchSize * configuration.contextLength
    var times: [Double] = []
    for step in 0..<warmup + steps {
      let ids = (0..<tokens).map { _ in Int32(random.uniform(below: configuration.vocabularySize)) }
      let targets = (0..<tokens).map { _ in Int32(random.uniform(below: configuration.vocabularySize)) }
      let start = ContinuousClock.now
      let tape = Tape()
      let context = ForwardContext(
        batch: batchSize, tokens: configuration.contextLength, precision: precision, tape: tape)
      _ = model.loss(ids, targets: targets, gradientScale: 1 / Float(tokens), context)
      tape.backward()
      let norm = optimizer.gradientNorm()
      optimizer.update(learningRate: 1e-3, gradientScale: Float(min(1, 1 / (norm + 1e-6))))
      for parameter in model.parameters { parameter.clearGradient() }
      let duration = ContinuousClock.now - start
      if step >= warmup {
        times.append(
          Double(duration.components.attoseconds) * 1e-15 + Double(duration.components.seconds) * 1e3)
      }
    }
    let median = times.sorted()[times.count / 2]
    return Result(
      parameters: configuration.parameterCount, medianStepMilliseconds: median,
      tokensPerSecond: Double(tokens) / median * 1e3,
      operationsPerStep: configuration.trainingOperations(tokens: tokens))
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
