import CLMKernels
import LMAutograd
import LMRuntime
import LMTensor

/// Momentum orthogonalised by Newton–Schulz ("Muon: An optimizer for hidden layers in neural networks",
/// K. Jordan et al., 2024; "Muon is Scalable for LLM Training", arXiv 2502.16982), as `torch.optim.Muon`.
///
///     b ← μ b + (1 − μ) g        O = orthogonalised((1 − μ) g + μ b)
///     p ← p (1 − η λ) − η s O        s = √max(1, N / K), or 0.2 √max(N, K) to match AdamW's steps
///
/// This is for matrices `[N, K]` inside the model. Embedding, positions, head, norms and biases get
/// ``AdamW`` with a learning rate of its own that follows the same schedule. State: b, 4 bytes per value (8 of
/// the rest).
public struct Muon: OptimizerSettings, Equatable {
  /// How the step follows from the learning rate.
  public enum Scale: String, CaseIterable, Sendable {
    /// √max(1, N / K).
    case original
    /// 0.2 √max(N, K): learning rates and weight decays of AdamW fit.
    case matchAdamW = "match-rms-adamw"
  }

  public static let name = "muon"
  public static let usualLearningRate = 2e-2
  public static let hyperparameters: [Hyperparameter<Muon>] = [
    .number("momentum", \.momentum, .belowOne), .number("weight-decay", \.weightDecay, .notNegative),
    .choice("adjust-lr", \.scale), .number("adamw-learning-rate", \.adamWLearningRate, .positive),
    .number("beta1", \.adamW.beta1, .belowOne), .number("beta2", \.adamW.beta2, .belowOne),
    .number("epsilon", \.adamW.epsilon, .positive),
  ]

  /// μ, in `0 ..< 1`.
  public var momentum: Double
  /// Decoupled weight decay λ of all matrices, at least 0.
  public var weightDecay: Double
  /// How the step follows from the learning rate.
  public var scale: Scale
  /// Highest learning rate of what gets AdamW.
  public var adamWLearningRate: Double
  /// β₁, β₂ and ε of what gets AdamW; its weight decay is not read.
  public var adamW: AdamW

  public init() { self.init(momentum: 0.95) }

  /// The usual values but for those given.
  public init(
    momentum: Double = 0.95, weightDecay: Double = 0.1, scale: Scale = .original,
    adamWLearningRate: Double = 1e-3, adamW: AdamW = AdamW()
  ) {
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.scale = scale
    self.adamWLearningRate = adamWLearningRate
    self.adamW = adamW
  }

  public var stateBytes: Int { 4 }

  public func optimizer(_ parameters: [Parameter], _ context: OptimizerContext) -> any Optimizer {
    MuonOptimizer(parameters, self, context)
  }

  /// s for a matrix of `rows` × `columns`.
  func factor(rows: Int, columns: Int) -> Double {
    switch scale {
    case .original: max(1, Double(rows) / Double(columns)).squareRoot()
    case .matchAdamW: 0.2 * Double(max(rows, columns)).squareRoot()
    }
  }
}

final class MuonOptimizer: Optimizer {
  var step = 0 { didSet { rest.step = step } }
  private let settings: Muon
  private let gradients: GradientPreparation
  private let precision: DType
  /// The largest first, so that threads end together.
  private let matrices: [HiddenMatrix]
  /// b of every parameter with matrices, by its name.
  private let momentum: NamedTensors
  private let rest: any Optimizer
  /// Learning rate of AdamW per unit of Muon's.
  private let rateOfRest: Double

  init(_ parameters: [Parameter], _ settings: Muon, _ context: OptimizerContext) {
    self.settings = settings
    gradients = context.gradients
    precision = context.precision
    matrices = context.hiddenMatrices.filter { $0.parameter.isTrainable }
      .sorted { $0.elementCount > $1.elementCount }
    var momentum = NamedTensors()
    let own = Set(matrices.map { ObjectIdentifier($0.parameter) })
    for parameter in parameters where own.contains(ObjectIdentifier(parameter)) {
      momentum["\(parameter.name).momentum"] = Tensor.zeros(parameter.value.shape)
    }
    self.momentum = momentum
    var adamW = settings.adamW
    adamW.weightDecay = settings.weightDecay
    rest = adamW.optimizer(parameters.filter { !own.contains(ObjectIdentifier($0)) }, context)
    rateOfRest = settings.adamWLearningRate / context.learningRate
  }

  func namedTensors() -> NamedTensors {
    var result = momentum
    let others = rest.namedTensors()
    for name in others.names { result[name] = others[name] }
    return result
  }

  /// - Complexity: 5 (4 n m² + 2 m³) operations per matrix of m × n or n × m, m ≤ n.
  func update(learningRate: Double, gradientScale: Double) {
    let next = step + 1
    rest.update(learningRate: learningRate * rateOfRest, gradientScale: gradientScale)
    step = next
    let pool = ThreadPool.shared
    // Few matrices share the threads one after the other; the bits are the same.
    if matrices.count < 2 * pool.threadCount {
      for matrix in matrices { update(matrix, learningRate, gradientScale) }
    } else {
      pool.run(matrices.count) { index, _ in update(matrices[index], learningRate, gradientScale) }
    }
  }

  private func update(_ matrix: HiddenMatrix, _ learningRate: Double, _ gradientScale: Double) {
    let parameter = matrix.parameter
    let (height, width) = (matrix.rows.count, parameter.value.columnCount)
    guard let gradient = parameter.gradientRows(matrix.rows),
      let buffer = momentum["\(parameter.name).momentum"]?.rows(matrix.rows)
    else { return }
    let value = parameter.value.rows(matrix.rows)
    let direction = Tensor([height, width])
    var kernel = lm_update()
    kernel.rule = LM_MOMENTUM
    kernel.gain1 = Float(1 - settings.momentum)
    kernel.momentum = Float(settings.momentum)
    gradients.apply(to: &kernel, scale: gradientScale, decays: parameter.decays)
    run(kernel, value, gradient, buffer, direction)

    var apply = lm_update()
    apply.rule = LM_SGD
    GradientPreparation().apply(to: &apply, scale: 1, decays: false)
    apply.gain1 = 1
    apply.keep_rate = Float(1 - learningRate * (parameter.decays ? settings.weightDecay : 0))
    apply.rate = Float(learningRate * settings.factor(rows: height, columns: width))
    run(apply, value, NewtonSchulz.orthogonalised(direction, precision: precision), nil, nil)
  }

  /// One pass of a rule with the states `first` and `second`.
  private func run(
    _ kernel: lm_update, _ value: Tensor, _ gradient: Tensor, _ first: Tensor?, _ second: Tensor?
  ) {
    guard let p = value.floats.baseAddress, let g = gradient.floats.baseAddress else { return }
    let (a, b) = (first?.floats.baseAddress, second?.floats.baseAddress)
    parallel(value.elementCount, grain: elementGrain, multiple: 16) { range in
      let start = range.lowerBound
      withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: 3) { state in
        state.initializeElement(at: 0, to: a.map { $0 + start })
        state.initializeElement(at: 1, to: b.map { $0 + start })
        state.initializeElement(at: 2, to: nil)
        var kernel = kernel
        Kernels.table.pointee.update(&kernel, range.count, p + start, g + start, state.baseAddress)
      }
    }
  }
}

extension HiddenMatrix {
  fileprivate var elementCount: Int { rows.count * parameter.value.columnCount }
}
