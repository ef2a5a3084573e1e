import LMAutograd
import LMTensor
import LMTestSupport
import LMTraining

/// A toy problem for optimizers: parameters of several shapes and a stream of gradients.
struct OptimizerSample {
  /// Matrices decay, vectors do not.
  let shapes: [[Int]]
  /// The settings of each step: learning rate, limit of the global norm.
  var learningRate = 0.01
  var maximumNorm = Double.infinity
  var context = OptimizerContext()

  /// Wide, tall and square matrices and vectors, with short ends on every instruction set.
  static var small: OptimizerSample {
    OptimizerSample(shapes: [[12, 33], [40, 7], [16, 16], [1, 9], [33], [7]])
  }

  func parameters() -> [Parameter] {
    shapes.enumerated().map { index, shape in
      Parameter(
        "p\(index)", sampleTensor(shape, seed: UInt64(index + 1), scale: 0.5), decays: shape.count > 1)
    }
  }

  /// The gradient of a parameter in a step, float32.
  func gradient(_ index: Int, step: Int) -> Tensor {
    sampleTensor(shapes[index], seed: UInt64(1000 * (step + 1) + index), scale: 0.1)
  }

  /// Learning rate of step `step`, from 0.
  func rate(_ step: Int) -> Double { learningRate * (1 - 0.005 * Double(step)) }

  /// Makes the steps `steps` with `optimizer`.
  func run(
    _ optimizer: any Optimizer, _ parameters: [Parameter], steps: Range<Int>,
    onStep: (Int) -> Void = { _ in }
  ) {
    let gradients = ParameterChunks(parameters)
    for step in steps {
      for (index, parameter) in parameters.enumerated() {
        parameter.collect { tensor, _ in gradient(index, step: step).copy(into: tensor) }
      }
      let scale = min(1, maximumNorm / (gradients.gradientNorm() + 1e-6))
      optimizer.update(learningRate: rate(step), gradientScale: scale)
      for parameter in parameters { parameter.clearGradient() }
      onStep(step)
    }
  }

  /// The context, with the matrices of `parameters` as hidden ones.
  func context(_ parameters: [Parameter]) -> OptimizerContext {
    var context = context
    context.learningRate = learningRate
    context.hiddenMatrices = parameters.filter { $0.value.shape.count > 1 }.map { HiddenMatrix($0) }
    return context
  }
}

/// All optimizers, those with optional state in several ways.
enum OptimizerCases {
  static let all: [(name: String, settings: any OptimizerSettings)] =
    Optimizers.all.map { ($0.name, $0.init()) } + [
      ("sgd plain", SGD(momentum: 0)), ("sgd nesterov", SGD(isNesterov: true)),
      ("sgd dampened", SGD(dampening: 0.3)), ("rmsprop momentum", RMSProp(momentum: 0.8)),
      ("rmsprop centered", RMSProp(isCentered: true)),
      ("rmsprop both", RMSProp(momentum: 0.8, isCentered: true)),
      ("muon matched", Muon(scale: .matchAdamW)),
    ]
  static let names = all.map(\.name)

  static func named(_ name: String) -> any OptimizerSettings {
    all.first { $0.name == name }?.settings ?? AdamW()
  }
}
