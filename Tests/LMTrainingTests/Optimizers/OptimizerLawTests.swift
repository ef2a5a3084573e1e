import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import Testing

/// What holds for every optimizer.
@Suite struct OptimizerLawTests {
  /// More elements than a chunk has.
  private static var large: OptimizerSample {
    OptimizerSample(shapes: [[300, 400], [70, 33], [33, 1100], [50]])
  }

  private func bits(_ parameters: [Parameter], _ optimizer: any Optimizer) -> [[UInt32]] {
    let state = optimizer.namedTensors()
    return parameters.map { $0.value.toArray().map(\.bitPattern) }
      + state.names.map { state[$0]?.toArray().map(\.bitPattern) ?? [] }
  }

  @Test(arguments: OptimizerCases.names, [DType.float32, .bfloat16])
  func `bits do not depend on the number of threads`(name: String, precision: DType) throws {
    var sample = Self.large
    sample.context.precision = precision
    (sample.context.gradients.l1, sample.context.gradients.l2) = (0.01, 0.02)
    let results = onThreadCounts([1, 2, 8]) { _ in
      let parameters = sample.parameters()
      let optimizer = OptimizerCases.named(name).optimizer(parameters, sample.context(parameters))
      sample.run(optimizer, parameters, steps: 0..<3)
      return bits(parameters, optimizer)
    }
    #expect(results.allSatisfy { $0 == results[0] })
    #expect(results[0].joined().allSatisfy { Float(bitPattern: $0).isFinite })
  }

  @Test(arguments: OptimizerCases.names)
  func `with the state of another it continues to the same bits`(name: String) throws {
    let sample = OptimizerSample.small
    try withFixedKernels {
      let parameters = sample.parameters()
      let context = sample.context(parameters)
      let optimizer = OptimizerCases.named(name).optimizer(parameters, context)
      sample.run(optimizer, parameters, steps: 0..<7)
      let resumed = sample.parameters()
      for (old, new) in zip(parameters, resumed) { old.value.copy(into: new.value) }
      let other = OptimizerCases.named(name).optimizer(resumed, sample.context(resumed))
      try other.load(optimizer.namedTensors(), step: optimizer.step, from: "memory")
      #expect(other.step == 7)
      sample.run(optimizer, parameters, steps: 7..<12)
      sample.run(other, resumed, steps: 7..<12)
      #expect(bits(resumed, other) == bits(parameters, optimizer))
    }
  }

  @Test(arguments: OptimizerCases.names)
  func `a parameter without a gradient and one that is kept fixed rest`(name: String) {
    let sample = OptimizerSample.small
    let parameters = sample.parameters()
    parameters[0].isTrainable = false
    let optimizer = OptimizerCases.named(name).optimizer(parameters, sample.context(parameters))
    for (index, parameter) in parameters.enumerated() where index != 2 && index != 5 {
      parameter.collect { tensor, _ in sample.gradient(index, step: 0).copy(into: tensor) }
    }
    let before = parameters.map { $0.value.toArray() }
    optimizer.update(learningRate: 0.1, gradientScale: 1)
    let rests = zip(parameters, before).map { $0.value.toArray() == $1 }
    #expect(rests == [true, false, true, false, false, true])
    #expect(!optimizer.namedTensors().names.contains { $0.hasPrefix("p0.") })
  }

  /// Gradients that are kept as factors give the bits of those that are stored.
  @Test(arguments: OptimizerCases.names)
  func `factors of a gradient do as well as the gradient`(name: String) {
    func update(stored: Bool) -> [Float] {
      let weight = Parameter("w", sampleTensor([96, 64], seed: 2), decays: true)
      let tape = Tape()
      let x = Variable(sampleTensor([4, 64], seed: 5))
      let y = x.linear(weight, precision: .float32, tape: tape)
      y.addGradient(sampleTensor([4, 96], seed: 6))
      tape.backward()
      if stored { _ = weight.gradient }
      #expect((weight.sumOfSquaresOfProduct() == nil) == stored)
      var context = OptimizerContext()
      context.hiddenMatrices = [HiddenMatrix(weight)]
      OptimizerCases.named(name).optimizer([weight], context).update(learningRate: 0.1, gradientScale: 0.5)
      return weight.value.toArray()
    }
    withFixedKernels { #expect(update(stored: true) == update(stored: false)) }
  }

  @Test func `the state of one optimizer is refused by the others`() throws {
    let sample = OptimizerSample.small
    func state(_ settings: any OptimizerSettings) -> any Optimizer {
      let parameters = sample.parameters()
      return settings.optimizer(parameters, sample.context(parameters))
    }
    for (one, other) in [
      (AdamW(), SGD()), (SGD(), AdamW()), (AdamW(), Muon()), (Lion(), SGD(momentum: 0)),
      (Adafactor(), AdaGrad()), (AdaGrad(), Adadelta()),
    ] as [(any OptimizerSettings, any OptimizerSettings)] {
      let error = #expect(throws: LMError.self) {
        try state(other).load(state(one).namedTensors(), step: 3, from: "file")
      }
      #expect(error?.place == "file" && error?.description.contains("p0") == true)
    }
  }

  @Test func `state takes the bytes that are said`() {
    let sample = Self.large
    let values = sample.parameters().reduce(0) { $0 + $1.value.elementCount }
    for (name, settings) in OptimizerCases.all {
      let parameters = sample.parameters()
      let state = settings.optimizer(parameters, sample.context(parameters)).namedTensors()
      let bytes = state.names.reduce(0) { $0 + (state[$1]?.byteCount ?? 0) }
      // Vectors under Muon, and the rows and columns of Adafactor, come on top.
      #expect(abs(bytes - settings.stateBytes * values) < 4 * 2100, "\(name): \(bytes)")
    }
  }
}
