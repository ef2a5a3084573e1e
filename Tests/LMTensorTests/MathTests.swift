import CLMKernels
import Glibc
import LMTensor
import LMTestSupport
import Testing

/// The elementary functions of `isa/math.h`, seen through the activations that are made of them.
@Suite struct MathTests {
  private func values(_ kind: lm_activation, _ x: [Float]) -> [Double] {
    let (input, output) = (Tensor(x, shape: [x.count]), Tensor([x.count]))
    Kernels.table.pointee.activate(kind, LM_F32, x.count, input.pointer, output.pointer)
    return doubles(output)
  }

  /// Largest error of f(x) relative to max(|x|, 1), as the functions multiply by x.
  private func worst(_ kind: lm_activation, _ x: [Float], _ f: (Double) -> Double) -> Double {
    zip(values(kind, x), x).map { abs($0 - f(Double($1))) / max(abs(Double($1)), 1) }.max() ?? 0
  }

  @Test func `exp, tanh and erf err by less than 3e-7 on every instruction set`() {
    let x = (-40_000...40_000).map { Float($0) * 0.0025 }
    let root = (2 / Double.pi).squareRoot()
    onEveryInstructionSet { set in
      #expect(worst(LM_SILU, x) { $0 / (1 + exp(-$0)) } < 3e-7, "\(set)")
      #expect(worst(LM_GELU, x) { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) } < 3e-7, "\(set)")
      #expect(
        worst(LM_GELU_TANH, x) { 0.5 * $0 * (1 + tanh(root * ($0 + 0.044715 * $0 * $0 * $0))) } < 3e-7,
        "\(set)")
    }
  }

  @Test func `NaN stays NaN`() {
    onEveryInstructionSet { set in
      for kind in [LM_SILU, LM_GELU, LM_GELU_TANH] {
        #expect(values(kind, [.nan, 1])[0].isNaN, "\(set) \(kind)")
      }
    }
  }
}
