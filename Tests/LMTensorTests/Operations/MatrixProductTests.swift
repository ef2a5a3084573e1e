import LMRuntime
import LMTensor
import LMTestSupport
import Testing

/// C = A Bᵀ in double precision.
private func oracle(_ a: [Double], _ b: [Double], m: Int, n: Int, k: Int) -> [Double] {
  var c = [Double](repeating: 0, count: m * n)
  for i in 0..<m { for j in 0..<n { for l in 0..<k { c[i * n + j] += a[i * k + l] * b[j * k + l] } } }
  return c
}

private func transposed(_ tensor: Tensor) -> Tensor {
  let (rows, columns) = (tensor.rowCount, tensor.columnCount)
  let values = tensor.toArray()
  let result = (0..<columns * rows).map { values[$0 % rows * columns + $0 / rows] }
  return Tensor(result, shape: [columns, rows]).converted(to: tensor.dtype)
}

@Suite(.serialized) struct MatrixProductTests {
  static let sizes = [
    (1, 1, 1), (2, 7, 3), (12, 32, 8), (13, 33, 9), (31, 65, 32), (97, 50, 129), (200, 31, 1000),
    (7, 1000, 33),
  ]

  /// Sums of K products of numbers below 1, rounded 2⁻²⁴ each; bf16 operands are exact in the oracle.
  @Test(arguments: sizes) func `every storage order and type gives the double-precision product`(
    _ m: Int, _ n: Int, _ k: Int
  ) {
    for dtype in [DType.float32, .bfloat16] {
      let a = sampleTensor([m, k], seed: 3, dtype: dtype)
      let b = sampleTensor([n, k], seed: 5, dtype: dtype)
      let expected = oracle(doubles(a), doubles(b), m: m, n: n, k: k)
      onEveryInstructionSet { set in
        let c = Tensor([m, n])
        let orders: [(MatrixOperand, MatrixOperand)] = [
          (.rows(of: a), .rows(of: b)), (.columns(of: transposed(a)), .rows(of: b)),
          (.rows(of: a), .columns(of: transposed(b))),
          (.columns(of: transposed(a)), .columns(of: transposed(b))),
        ]
        for (left, right) in orders {
          MatrixProduct.multiply(left, right, precision: dtype, into: MatrixResult(c))
          #expect(relativeError(doubles(c), expected) < 1e-5, "\(set) \(dtype) \(m) \(n) \(k)")
        }
      }
    }
  }

  @Test func `bias, base and bf16 results are added and rounded`() {
    let (m, n, k) = (29, 41, 17)
    let a = sampleTensor([m, k], seed: 1), b = sampleTensor([n, k], seed: 2)
    let bias = sampleTensor([n], seed: 3), base = sampleTensor([m, n], seed: 4)
    let product = oracle(doubles(a), doubles(b), m: m, n: n, k: k)
    let (biases, bases) = (doubles(bias), doubles(base))
    onEveryInstructionSet { _ in
      let c = Tensor([m, n])
      MatrixProduct.multiply(
        .rows(of: a), .rows(of: b), precision: .float32, into: MatrixResult(c, adding: base, bias: bias))
      let expected = (0..<m * n).map { product[$0] + biases[$0 % n] + bases[$0] }
      #expect(relativeError(doubles(c), expected) < 1e-5)
      let half = Tensor([m, n], dtype: .bfloat16)
      MatrixProduct.multiply(
        .rows(of: a), .rows(of: b), precision: .float32, into: MatrixResult(half, bias: bias))
      let rounded = (0..<m * n).map { product[$0] + biases[$0 % n] }
      #expect(relativeError(doubles(half), rounded) < 1.0 / 256)
    }
  }

  @Test func `a slice of columns is an operand and a result`() {
    let x = sampleTensor([10, 24], seed: 8), w = sampleTensor([6, 8], seed: 9)
    let y = Tensor.zeros([10, 20])
    MatrixProduct.multiply(
      .rows(of: x, columns: 4..<12), .rows(of: w), precision: .float32, into: MatrixResult(y, columns: 7..<13)
    )
    let values = x.toArray()
    let part = Tensor((0..<80).map { values[$0 / 8 * 24 + 4 + $0 % 8] }, shape: [10, 8])
    let expected = oracle(doubles(part), doubles(w), m: 10, n: 6, k: 8)
    let result = doubles(y)
    for i in 0..<10 {
      for j in 0..<20 {
        let wanted = (7..<13).contains(j) ? expected[i * 6 + j - 7] : 0
        #expect(abs(result[i * 20 + j] - wanted) < 1e-5)
      }
    }
  }

  @Test func `bits do not depend on the number of threads`() {
    let a = sampleTensor([300, 777], seed: 3), b = sampleTensor([200, 777], seed: 5)
    for precision in [DType.float32, .bfloat16] {
      let results = onThreadCounts([1, 2, 8]) { _ in
        let c = Tensor([300, 200])
        MatrixProduct.multiply(.rows(of: a), .rows(of: b), precision: precision, into: MatrixResult(c))
        return c.toArray()
      }
      #expect(results[0] == results[1] && results[1] == results[2])
    }
  }

  @Test(arguments: [1, 9, 33, 1000]) func `a vector product equals the matrix product`(depth: Int) {
    for dtype in [DType.float32, .bfloat16] {
      let weight = sampleTensor([35, depth], seed: 3, dtype: dtype), x = sampleTensor([depth], seed: 4)
      let expected = oracle(doubles(weight), doubles(x), m: 35, n: 1, k: depth)
      onEveryInstructionSet { _ in
        let y = Tensor([35])
        MatrixProduct.multiply(weight, vector: x, into: y)
        #expect(relativeError(doubles(y), expected) < 1e-5)
      }
    }
  }
}
