import Glibc
import LMAttention
import LMAutograd
import LMTensor
import LMTestSupport
import Testing

@Suite(.serialized) struct PositionsTests {
  private func rotated(
    _ x: [Double], rows: Int, stride: Int, heads: Int, d: Int, rotary: Int, places: [Int32]
  ) -> [Double] {
    var y = x
    for r in 0..<rows {
      for h in 0..<heads {
        for i in 0..<rotary / 2 {
          let angle = Double(places[r]) * pow(10_000, -2 * Double(i) / Double(rotary))
          let (low, high) = (r * stride + h * d + i, r * stride + h * d + i + rotary / 2)
          y[low] = x[low] * cos(angle) - x[high] * sin(angle)
          y[high] = x[high] * cos(angle) + x[low] * sin(angle)
        }
      }
    }
    return y
  }

  @Test(arguments: [(8, 8), (34, 34), (10, 6)]) func `rotation and its gradient`(d: Int, rotary: Int) {
    let (rows, stride, heads) = (3, 2 * d + 5, 2)
    let places: [Int32] = [0, 7, 30]
    let x = sampleTensor([rows, stride], seed: 3)
    let oracle: ([[Double]]) -> [Double] = { [self] in
      rotated($0[0], rows: rows, stride: stride, heads: heads, d: d, rotary: rotary, places: places)
    }
    let expected = oracle([doubles(x)])
    let coefficients = sampleValues(expected.count, seed: 4)
    let differences = finiteDifferences([doubles(x)], coefficients: coefficients, oracle)
    let rope = RotaryPositions(RotarySettings(base: 10_000, width: rotary), headWidth: d)
    onEveryInstructionSet { set in
      let input = Variable(Tensor(x.toArray(), shape: x.shape)), tape = Tape()
      let y = rope.rotate(input, heads: heads, headWidth: d, places: places, tape: tape)
      #expect(relativeError(doubles(y.value), expected) < 1e-6, "\(set)")
      y.addGradient(Tensor(coefficients.map { Float($0) }, shape: x.shape))
      tape.backward()
      #expect(relativeError(input.gradient.map(doubles) ?? [], differences[0]) < 1e-6, "\(set)")
    }
  }

  /// Sequences below and above the context of pretraining; transformers' formulas, written out.
  @Test func `dynamic scaling stretches sequences longer than the context, and those only`() {
    let settings = RotarySettings(base: 100, scaling: .dynamic(factor: 2, context: 16))
    let positions = RotaryPositions(settings, headWidth: 4)
    for length in [16, 40, 17, 8, 40] {
      let place = Int32(length - 1)
      let x = Variable(Tensor([1, 0, 0, 0] + [0, 1, 0, 0], shape: [2, 4]))
      let y = positions.rotate(x, heads: 1, headWidth: 4, places: [1, place], tape: nil).value.toArray()
      let base = length <= 16 ? 100.0 : 100 * pow(2 * Double(length) / 16 - 1, 4.0 / 2)
      #expect(abs(Double(y[0]) - cos(1)) < 1e-6)
      #expect(abs(Double(y[5]) - cos(Double(place) / base.squareRoot())) < 1e-6, "\(length)")
    }
  }

  @Test func `YaRN and linear scaling stretch slow pairs, keep fast ones and scale the amplitude`() {
    func turned(_ scaling: RotaryScaling) -> [Float] {
      let positions = RotaryPositions(RotarySettings(base: 10_000, scaling: scaling), headWidth: 64)
      let ones = Variable(
        Tensor([Float](repeating: 1, count: 32) + [Float](repeating: 0, count: 32), shape: [1, 64]))
      return positions.rotate(ones, heads: 1, headWidth: 64, places: [3], tape: nil).value.toArray()
    }
    let plain = turned(.none), linear = turned(.linear(factor: 4))
    let yarn = turned(.yarn(factor: 4, fast: 32, slow: 1, attention: 1.5, context: 256, truncates: true))
    let llama = turned(.llama3(factor: 4, low: 1, high: 4, context: 256))
    for (found, amplitude) in [(yarn, Float(1.5)), (llama, 1)] {
      #expect(abs(found[0] - amplitude * plain[0]) < 1e-6 && abs(found[31] - amplitude * linear[31]) < 1e-6)
      #expect(abs(found[63] - amplitude * linear[63]) < 1e-6 && abs(linear[63] - plain[63] / 4) < 1e-6)
      #expect(found.contains { $0 != amplitude && abs($0) > 1e-6 })
    }
  }

  @Test func `ALiBi slopes are those of the paper, between powers of two those of its code`() {
    #expect(RelativeBias.alibi(heads: 8).headSlopes == (1...8).map { Float(pow(2, -Double($0))) })
    // 6 heads: the 4 of 2^-2 … 2^-8, then the first and third of the 8-head sequence.
    #expect(RelativeBias.alibi(heads: 6).headSlopes == [0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125])
    #expect(RelativeBias.alibi(heads: 3).headSlopes == [0.0625, 0.00390625, 0.25])
    #expect(RelativeBias.alibi(heads: 3, maximum: 4).headSlopes == [0.25, 0.0625, 0.5])
  }

  @Test func `MPT takes the second, fourth … slope of the power above, then the first, third …: the same`() {
    for heads in [3, 5, 6, 7, 12, 40] {
      let power = 1 << (Int.bitWidth - heads.leadingZeroBitCount)
      let all = (1...power).map { Float(pow(2, -8 * Double($0) / Double(power))) }
      let order = all.indices.filter { $0 % 2 == 1 } + all.indices.filter { $0 % 2 == 0 }
      #expect(RelativeBias.alibi(heads: heads).headSlopes == order.prefix(heads).map { all[$0] })
    }
  }
}
