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
    let rope = RotaryPositions(rotaryWidth: rotary, base: 10_000)
    onEveryInstructionSet { set in
      let input = Variable(Tensor(x.toArray(), shape: x.shape)), tape = Tape()
      let y = rope.rotate(input, heads: heads, headWidth: d, places: places, tape: tape)
      #expect(relativeError(doubles(y.value), expected) < 1e-6, "\(set)")
      y.addGradient(Tensor(coefficients.map { Float($0) }, shape: x.shape))
      tape.backward()
      #expect(relativeError(input.gradient.map(doubles) ?? [], differences[0]) < 1e-6, "\(set)")
    }
  }

  @Test func `ALiBi slopes are those of the paper, between powers of two those of its code`() {
    #expect(RelativeBias.alibi(heads: 8).headSlopes == (1...8).map { Float(pow(2, -Double($0))) })
    // 6 heads: the 4 of 2^-2 … 2^-8, then the first and third of the 8-head sequence.
    #expect(RelativeBias.alibi(heads: 6).headSlopes == [0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125])
  }
}
