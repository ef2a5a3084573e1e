import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import Testing

@Suite struct AdamWTests {
  /// The formulas of arXiv 1711.05101 in double precision.
  private struct Oracle {
    var value: [Double]
    let decay: Double
    var first: [Double]
    var second: [Double]
    var step = 0.0

    init(_ value: [Double], decay: Double) {
      (self.value, self.decay) = (value, decay)
      (first, second) = (value.map { _ in 0 }, value.map { _ in 0 })
    }

    mutating func update(_ gradient: [Double], rate: Double, scale: Double, _ settings: AdamW) {
      let (beta1, beta2) = (settings.beta1, settings.beta2)
      step += 1
      for i in value.indices {
        let g = gradient[i] * scale
        first[i] = beta1 * first[i] + (1 - beta1) * g
        second[i] = beta2 * second[i] + (1 - beta2) * g * g
        let (m, v) = (first[i] / (1 - power(beta1)), second[i] / (1 - power(beta2)))
        value[i] -= rate * decay * value[i] + rate * m / (v.squareRoot() + settings.epsilon)
      }
    }

    private func power(_ beta: Double) -> Double { (0..<Int(step)).reduce(1) { result, _ in result * beta } }
  }

  private func parameters() -> [Parameter] {
    [1, 7, 8, 9, 31, 32, 33, 1000].flatMap { size in
      [
        Parameter("matrix \(size)", sampleTensor([1, size], seed: UInt64(size)), decays: true),
        Parameter("bias \(size)", sampleTensor([size], seed: UInt64(size) + 1), decays: false),
      ]
    }
  }

  private func set(_ gradient: [Double], of parameter: Parameter) {
    parameter.collect { tensor, _ in
      for (index, value) in gradient.enumerated() { tensor.floats[index] = Float(value) }
    }
  }

  /// Float32 roundings of 6e-8 each, a hundred times a few.
  @Test func `a hundred updates are those of the formulas in double precision`() throws {
    var settings = AdamW()
    (settings.beta1, settings.beta2, settings.epsilon, settings.weightDecay) = (0.85, 0.97, 1e-5, 0.3)
    try onEveryInstructionSet { set in
      let parameters = parameters()
      let optimizer = settings.optimizer(parameters, OptimizerContext())
      var oracles = parameters.map {
        Oracle(doubles($0.value), decay: $0.decays ? settings.weightDecay : 0)
      }
      for step in 0..<100 {
        let (rate, scale) = (0.01 / Double(1 + step), step % 3 == 0 ? 0.25 : 1)
        for (index, parameter) in parameters.enumerated() {
          let gradient = sampleValues(parameter.value.elementCount, seed: UInt64(1000 * step + index))
            .map { Double(Float($0 * 0.1)) }
          self.set(gradient, of: parameter)
          oracles[index].update(gradient, rate: rate, scale: scale, settings)
        }
        optimizer.update(learningRate: rate, gradientScale: scale)
        for parameter in parameters { parameter.clearGradient() }
      }
      #expect(optimizer.step == 100)
      let moments = optimizer.namedTensors()
      for (parameter, oracle) in zip(parameters, oracles) {
        #expect(relativeError(doubles(parameter.value), oracle.value) < 1e-5, "\(set) \(parameter.name)")
        let first = try #require(moments["\(parameter.name).first"])
        let second = try #require(moments["\(parameter.name).second"])
        #expect(relativeError(doubles(first), oracle.first) < 1e-5, "\(set) \(parameter.name)")
        #expect(relativeError(doubles(second), oracle.second) < 1e-5, "\(set) \(parameter.name)")
      }
    }
  }

  @Test func `with gradients of zero only matrices shrink`() {
    let parameters = parameters()
    let before = parameters.map { doubles($0.value) }
    for parameter in parameters {
      set(before[0].isEmpty ? [] : doubles(parameter.value).map { _ in 0 }, of: parameter)
    }
    AdamW().optimizer(parameters, OptimizerContext()).update(learningRate: 0.5, gradientScale: 1)
    for (parameter, old) in zip(parameters, before) {
      let expected = old.map { parameter.decays ? $0 * (1 - 0.5 * 0.1) : $0 }
      #expect(relativeError(doubles(parameter.value), expected) < 1e-6, "\(parameter.name)")
    }
  }

  @Test func `a parameter without a gradient and one that is kept fixed rest`() {
    let parameters = parameters()
    parameters[0].isTrainable = false
    for parameter in parameters.dropLast() { set(doubles(parameter.value), of: parameter) }
    let before = parameters.map { $0.value.toArray() }
    let optimizer = AdamW().optimizer(parameters, OptimizerContext())
    optimizer.update(learningRate: 0.1, gradientScale: 1)
    let isEqual = zip(parameters, before).map { $0.value.toArray() == $1 }
    #expect(isEqual.first == true && isEqual.last == true && !isEqual.dropFirst().dropLast().contains(true))
    #expect(optimizer.namedTensors()["matrix 1.first"] == nil)
  }

  /// More elements than one chunk has.
  @Test func `the gradient norm is that of all gradients together`() {
    let parameters = [
      Parameter("a", Tensor.zeros([70_000]), decays: false),
      Parameter("b", Tensor.zeros([3, 5]), decays: true),
      Parameter("none", Tensor.zeros([3]), decays: false),
    ]
    let gradients = ParameterChunks(parameters)
    #expect(gradients.gradientNorm() == 0)
    var sum = 0.0
    for parameter in parameters.prefix(2) {
      let gradient = sampleValues(parameter.value.elementCount).map { Double(Float($0)) }
      set(gradient, of: parameter)
      sum += gradient.reduce(0) { $0 + $1 * $1 }
    }
    onEveryInstructionSet { set in
      #expect(abs(gradients.gradientNorm() / sum.squareRoot() - 1) < 1e-6, "\(set)")
    }
    set([.infinity, 0, 0], of: parameters[2])
    #expect(!gradients.gradientNorm().isFinite)
  }

  @Test func `moments that do not fit are refused by name`() throws {
    let parameters = parameters()
    let optimizer = AdamW().optimizer(parameters, OptimizerContext())
    var moments = optimizer.namedTensors()
    moments["bias 7.second"] = Tensor.zeros([8])
    let error = #expect(throws: LMError.self) { try optimizer.load(moments, step: 3, from: "file") }
    #expect(error?.description.hasPrefix("file: bias 7.second is [8], expected [7]") ?? false)
    moments["bias 7.second"] = nil
    let missing = #expect(throws: LMError.self) { try optimizer.load(moments, step: 3, from: "file") }
    #expect(missing?.description.hasPrefix("file: bias 7.second is missing") ?? false)
  }
}
