import LMAutograd
import LMTensor
import LMTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Cross-entropy over vocabularies that are worked on in parts.
@Suite(.serialized) struct LinearCrossEntropyTests {
  private struct Result {
    var losses: [Double] = []
    var input: [Double] = []
    var weight: [Double] = []
    var isKeptAsFactors = false
  }

  /// Loss and gradients of `rows` rows, `together` at a time.
  private func result(rows: Int, together: Int, width: Int, vocabulary: Int, _ precision: DType) -> Result {
    let weight = Parameter("w", sampleTensor([vocabulary, width], seed: 2), decays: true)
    let input = sampleTensor([rows, width], seed: 1, dtype: precision)
    let targets = (0..<rows).map { $0 % 7 == 3 ? -1 : Int32($0 * 7919 % vocabulary) }
    var result = Result()
    for start in stride(from: 0, to: rows, by: together) {
      let x = Variable(input.rows(start..<start + together))
      let tape = Tape()
      let loss = x.linearCrossEntropy(
        weight, targets: Array(targets[start..<start + together]), gradientScale: 0.5, precision: precision,
        tape: tape)
      tape.backward()
      result.losses.append(loss.total)
      result.input += x.gradient.map(doubles) ?? []
      result.isKeptAsFactors = weight.sumOfSquaresOfProduct() != nil
    }
    result.weight = weight.gradient.map(doubles) ?? []
    return result
  }

  /// 9,000 columns are more than the part of the vocabulary that goes back at once; 2 rows keep factors.
  @Test(arguments: [(2, true), (14, false)])
  func `gradients are those of the formula`(rows: Int, isKeptAsFactors: Bool) {
    let (width, vocabulary) = (16, 9000)
    let x = sampleValues(rows * width, seed: 1).map { Double(Float($0)) }
    let w = sampleValues(vocabulary * width, seed: 2).map { Double(Float($0)) }
    var (input, weight) = ([Double](repeating: 0, count: x.count), [Double](repeating: 0, count: w.count))
    var total = 0.0
    for row in 0..<rows where row % 7 != 3 {
      let target = row * 7919 % vocabulary
      let scores = (0..<vocabulary).map { (v: Int) -> Double in
        (0..<width).reduce(0) { $0 + x[row * width + $1] * w[v * width + $1] }
      }
      let sum = scores.reduce(0) { $0 + exp($1) }
      total += log(sum) - scores[target]
      for v in 0..<vocabulary {
        let gradient = 0.5 * (exp(scores[v]) / sum - (v == target ? 1 : 0))
        for i in 0..<width {
          input[row * width + i] += gradient * w[v * width + i]
          weight[v * width + i] += gradient * x[row * width + i]
        }
      }
    }
    onEveryInstructionSet { set in
      let found = result(rows: rows, together: rows, width: width, vocabulary: vocabulary, .float32)
      #expect(found.isKeptAsFactors == isKeptAsFactors)
      #expect(abs(found.losses[0] / total - 1) < 1e-5, "\(set)")
      #expect(relativeError(found.input, input) < 1e-4, "\(set)")
      #expect(relativeError(found.weight, weight) < 1e-4, "\(set)")
    }
  }

  /// 192 rows of 44,000 logits are made in three chunks (float32: where they stay), 64 rows in one.
  @Test(arguments: [DType.float32, .bfloat16], [8, 272])
  func `chunks of rows give the sums of their parts`(precision: DType, width: Int) {
    withFixedKernels {
      let (whole, parts) = (
        result(rows: 192, together: 192, width: width, vocabulary: 44_000, precision),
        result(rows: 192, together: 64, width: width, vocabulary: 44_000, precision)
      )
      #expect(whole.isKeptAsFactors == (width == 272) && !parts.isKeptAsFactors)
      #expect(abs(whole.losses[0] / parts.losses.reduce(0, +) - 1) < 1e-6)
      // The same roundings of the same logits; only the order of sums differs.
      #expect(relativeError(whole.input, parts.input) < (precision == .float32 ? 1e-5 : 1e-2))
      #expect(relativeError(whole.weight, parts.weight) < 1e-5)
    }
  }
}
