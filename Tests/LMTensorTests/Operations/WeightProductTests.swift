import LMTensor
import LMTestSupport
import Testing

/// Products with weights of every type: those of the decoded matrix, bit for bit.
@Suite struct WeightProductTests {
  static let types = DType.allCases

  private func weights(_ shape: [Int], _ type: DType) -> Tensor {
    type.isQuantized
      ? sampleBlocks(shape, seed: 3, scale: 0.05, dtype: type) : sampleTensor(shape, seed: 3, dtype: type)
  }

  private func product(_ a: MatrixOperand, _ b: MatrixOperand, _ precision: DType) -> [Float] {
    let result = Tensor([a.rows, b.rows])
    MatrixProduct.multiply(a, b, precision: precision, into: MatrixResult(result))
    return result.toArray()
  }

  /// (M, N, K): shallow and deep, more rows than weights and fewer, depths of several parts.
  static let sizes = [(1, 3, 256), (3, 70, 768), (90, 33, 1280), (300, 17, 256), (5, 130, 2304)]

  @Test(arguments: types) func `x Wᵀ and y W have the bits of the decoded matrix`(_ type: DType) {
    for (m, n, k) in Self.sizes {
      let weight = weights([n, k], type)
      let (x, y) = (sampleTensor([m, k], seed: 8), sampleTensor([m, n], seed: 9))
      onEveryInstructionSet { set in
        let decoded = weight.converted(to: .float32)
        for precision in [DType.float32, .bfloat16] {
          let note = "\(set) \(type) \(precision) \(m) \(n) \(k)"
          let (left, right) = (x.converted(to: precision), y.converted(to: precision))
          #expect(
            product(.rows(of: left), .rows(of: weight), precision)
              == product(.rows(of: left), .rows(of: decoded), precision), "\(note)")
          #expect(
            product(.rows(of: right), .columns(of: weight), precision)
              == product(.rows(of: right), .columns(of: decoded), precision), "\(note) transposed")
          #expect(
            product(.rows(of: weight), .rows(of: left), precision)
              == product(.rows(of: decoded), .rows(of: left), precision), "\(note) on the left")
          #expect(
            product(.columns(of: weight), .rows(of: right), precision)
              == product(.columns(of: decoded), .rows(of: right), precision),
            "\(note) on the left, transposed")
        }
      }
    }
  }

  @Test(arguments: types) func `slices of columns begin inside a block`(_ type: DType) {
    let weight = weights([70, 768], type)
    let columns = 38..<600
    let (x, y) = (sampleTensor([9, columns.count], seed: 8), sampleTensor([9, 70], seed: 9))
    onEveryInstructionSet { set in
      let decoded = weight.converted(to: .float32)
      for precision in [DType.float32, .bfloat16] {
        #expect(
          product(.rows(of: x), .rows(of: weight, columns: columns), precision)
            == product(.rows(of: x), .rows(of: decoded, columns: columns), precision), "\(set) \(type)")
        #expect(
          product(.rows(of: y), .columns(of: weight, columns: columns), precision)
            == product(.rows(of: y), .columns(of: decoded, columns: columns), precision), "\(set) \(type)")
      }
    }
  }

  @Test(arguments: types) func `a vector product has the bits of the decoded matrix`(_ type: DType) {
    for depth in [256, 768, 1280] + (type.blockSize <= 32 ? [32, 96, 352] : []) {
      let weight = weights([35, depth], type)
      let x = sampleTensor([depth], seed: 4)
      onEveryInstructionSet { set in
        let (y, expected) = (Tensor([35]), Tensor([35]))
        MatrixProduct.multiply(weight, vector: x, into: y)
        MatrixProduct.multiply(weight.converted(to: .float32), vector: x, into: expected)
        #expect(y.toArray() == expected.toArray(), "\(set) \(type) \(depth)")
      }
    }
  }
}
