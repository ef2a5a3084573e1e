import LMAutograd
import LMTensor
import LMTestSupport
import Testing

/// Values that are released after forward and made again in backward.
@Suite(.serialized) struct VariableTests {
  /// Everything that backward computes, as bits, for y = linear(operation(x)).
  private func gradients(
    released: Bool, _ type: DType, _ width: Int, inputType: DType,
    _ operation: (Variable, Tape) -> (output: Variable, parameters: [Parameter])
  ) -> [[Float]] {
    let tape = Tape()
    let x = Variable(sampleTensor([11, width], seed: 1, scale: 3, dtype: inputType))
    let (inner, parameters) = operation(x, tape)
    let weight = Parameter("w", sampleTensor([5, inner.shape[1]], seed: 2), decays: true)
    let y = inner.linear(weight, precision: type, tape: tape)
    if released { inner.release() }
    let forward = y.value.toArray()
    y.addGradient(sampleTensor([11, 5], seed: 3, dtype: type))
    tape.backward()
    return [forward]
      + ([x.gradient, weight.gradient] + parameters.map(\.gradient)).map { $0?.toArray() ?? [] }
  }

  private func check(
    _ name: String, _ width: Int = 34, residualInput: Bool = false,
    _ operation: (Variable, DType, Tape) -> (output: Variable, parameters: [Parameter])
  ) {
    onEveryInstructionSet { set in
      for type in [DType.float32, .bfloat16] {
        let inputType = residualInput ? DType.float32 : type
        let (kept, made) = (
          gradients(released: false, type, width, inputType: inputType) { operation($0, type, $1) },
          gradients(released: true, type, width, inputType: inputType) { operation($0, type, $1) }
        )
        #expect(kept == made, "\(name) \(type) on \(set)")
        #expect(kept.allSatisfy { !$0.isEmpty }, "\(name) \(type) on \(set)")
      }
    }
  }

  @Test(arguments: Activation.allCases)
  func `activations and gates are made again with the same bits`(kind: Activation) {
    check("\(kind)") { x, _, tape in (x.activated(kind, tape: tape), []) }
    check("gated \(kind)") { x, _, tape in (x.gated(kind, tape: tape), []) }
  }

  @Test(arguments: [NormKind.layer, .rms])
  func `norms are made again with the same bits`(kind: NormKind) {
    let weight = Parameter("w", sampleTensor([34], seed: 4), decays: false)
    let bias = kind == .layer ? Parameter("b", sampleTensor([34], seed: 5), decays: false) : nil
    check("\(kind)", residualInput: true) { x, type, tape in
      let parameters = [weight] + (bias.map { [$0] } ?? [])
      parameters.forEach { $0.clearGradient() }
      let y = x.norm(kind, weight: weight, bias: bias, epsilon: 1e-5, outputType: type, tape: tape)
      return (y, parameters)
    }
  }

  @Test func `only what is made again is dropped`() {
    let x = Variable(sampleTensor([3, 4]))
    x.release()
    #expect(x.value.elementCount == 12)
    let evaluated = x.activated(.relu, tape: nil)
    evaluated.release()
    #expect(evaluated.value.elementCount == 12)
    let recorded = x.activated(.relu, tape: Tape())
    recorded.release()
    var calls = 0
    recorded.whenPresent { _ in calls += 1 }
    x.whenPresent { _ in calls += 10 }
    #expect(calls == 10)
  }

  /// A frozen weight has no use for its input: nobody waits, and nothing is made again.
  @Test func `a frozen reader does not wait`() {
    let tape = Tape()
    let x = Variable(sampleTensor([3, 4]))
    let weight = Parameter("w", sampleTensor([2, 4]), decays: true)
    weight.isTrainable = false
    let inner = x.activated(.silu, tape: tape)
    let y = inner.linear(weight, precision: .float32, tape: tape)
    inner.release()
    y.addGradient(sampleTensor([3, 2]))
    tape.backward()
    #expect(weight.gradient == nil && x.gradient != nil)
  }
}
