import LMTensor
import LMTestSupport
import LMTraining
import Testing

@Suite struct NewtonSchulzTests {
  /// A B for row-major A `[n, k]`, B `[k, m]`.
  private func product(_ a: [Double], _ b: [Double], _ n: Int, _ k: Int, _ m: Int) -> [Double] {
    var c = [Double](repeating: 0, count: n * m)
    for i in 0..<n { for j in 0..<m { for l in 0..<k { c[i * m + j] += a[i * k + l] * b[l * m + j] } } }
    return c
  }

  private func transposed(_ a: [Double], _ n: Int, _ k: Int) -> [Double] {
    (0..<k).flatMap { column in (0..<n).map { a[$0 * k + column] } }
  }

  /// Five rounds in double precision, X Xᵀ whatever the shape.
  private func oracle(_ g: [Double], _ n: Int, _ k: Int) -> [Double] {
    let norm = g.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var x = g.map { $0 / max(norm, 1e-7) }
    for _ in 0..<5 {
      let a = product(x, transposed(x, n, k), n, k, n)
      let square = product(a, a, n, n, n)
      let y = product(zip(a, square).map { -4.775 * $0 + 2.0315 * $1 }, x, n, n, k)
      x = zip(x, y).map { 3.4445 * $0 + $1 }
    }
    return x
  }

  private static let shapes = [
    [1, 1], [7, 7], [8, 33], [33, 8], [48, 48], [130, 40], [40, 130], [1, 50], [50, 1], [200, 210],
    [400, 200],
  ]

  /// Float32: small singular values grow 3.44⁵ = 480 times, and roundings of 6·10⁻⁸ with them. bf16 rounds to
  /// 4·10⁻³ in every product.
  @Test(arguments: shapes) func `five rounds are those in double precision`(shape: [Int]) {
    let expected = oracle(doubles(sampleTensor(shape, seed: 5)), shape[0], shape[1])
    onEveryInstructionSet { set in
      for (precision, tolerance) in [(DType.float32, 1e-4), (.bfloat16, 0.15)] {
        let result = NewtonSchulz.orthogonalised(sampleTensor(shape, seed: 5), precision: precision)
        #expect(result.shape == shape && result.dtype == .float32)
        #expect(relativeError(doubles(result), expected) < tolerance, "\(set) \(precision)")
      }
    }
  }

  /// Rank 3 but for 10⁻⁴: what is small grows as much as it can. bf16 cannot tell it from its own roundings; its
  /// result must stay bounded all the same.
  @Test(arguments: shapes) func `matrices that are nearly singular`(shape: [Int]) {
    let (n, k) = (shape[0], shape[1])
    let low = product(sampleValues(n * 3, seed: 6), sampleValues(3 * k, seed: 7), n, 3, k)
    let values = zip(sampleValues(n * k, seed: 5), low).map { Float(1e-4 * $0 + $1) }
    let expected = oracle(values.map(Double.init), n, k)
    onEveryInstructionSet { set in
      let exact = NewtonSchulz.orthogonalised(Tensor(values, shape: shape), precision: .float32)
      #expect(relativeError(doubles(exact), expected) < 1e-3, "\(set)")
      let coarse = NewtonSchulz.orthogonalised(Tensor(values, shape: shape), precision: .bfloat16)
      // Squared singular values: at least one is that of the large ones, each is below 1.2² but for roundings.
      #expect((0.4...1.6 * Double(min(n, k))).contains(coarse.sumOfSquares()), "\(set)")
    }
  }

  /// The Gram matrix of the smaller side is near the identity: singular values lie between 0.65 and 1.25.
  @Test func `the result is nearly orthogonal`() {
    let x = doubles(NewtonSchulz.orthogonalised(sampleTensor([24, 96], seed: 9), precision: .float32))
    let gram = product(x, transposed(x, 24, 96), 24, 96, 24)
    for row in 0..<24 { #expect((0.42...1.57).contains(gram[row * 24 + row]), "\(gram[row * 24 + row])") }
    let trace = (0..<24).reduce(0) { $0 + gram[$1 * 25] }
    let off = gram.reduce(0) { $0 + $1 * $1 } - (0..<24).reduce(0) { $0 + gram[$1 * 25] * gram[$1 * 25] }
    // ‖A − D‖² of a matrix with eigenvalues in 0.42 ... 1.57 is below 24 · 0.575².
    #expect(abs(trace / 24 - 0.95) < 0.25 && off < 24 * 0.34)
  }

  @Test func `nothing stays nothing`() {
    let zeros = NewtonSchulz.orthogonalised(Tensor.zeros([5, 9]), precision: .float32)
    #expect(zeros.toArray().allSatisfy { $0 == 0 })
  }
}
