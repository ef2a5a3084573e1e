import LMAutograd
import LMTensor
import LMTestSupport
import Testing

/// A weight that is read where it lies, in one or several parts, against the same numbers as float32 masters.
@Suite struct StoredParameterTests {
  private let rows = 7
  private let outputs = 40
  private let inputs = 256

  /// Masters, and the same in two parts of other types.
  private func weights(_ types: (DType, DType)) -> (trained: Parameter, stored: Parameter) {
    func part(_ rows: Int, _ dtype: DType) -> Tensor {
      dtype.isQuantized
        ? sampleBlocks([rows, inputs], seed: 3, dtype: dtype)
        : sampleTensor([rows, inputs], seed: 3, dtype: dtype)
    }
    let parts = [part(11, types.0), part(29, types.1)]
    let stored = Parameter("weight", shape: [outputs, inputs], decays: true)
    stored.store(parts)
    return (
      Parameter("weight", Tensor(parts.flatMap { $0.toArray() }, shape: [outputs, inputs]), decays: true),
      stored
    )
  }

  private static let types: [(DType, DType)] = [
    (.float32, .float32), (.bfloat16, .float16), (.q4_K, .q6_K), (.q8_0, .iq4_NL), (.q2_K, .float32),
  ]

  @Test func `stored values are those of the parts and are not trained`() {
    let (trained, stored) = weights((.q5_1, .q3_K))
    #expect(stored.value.toArray() == trained.value.toArray())
    #expect(stored.isStored && !stored.isTrainable && stored.parts.count == 2)
    #expect(!trained.isStored && trained.isTrainable && trained.parts.count == 1)
  }

  @Test func `values are made when they are asked for, once`() {
    let before = TensorMemory.current.bytesInUse
    let zeros = Parameter("zeros", shape: [1 << 14, 1 << 14], decays: true)
    #expect(TensorMemory.current.bytesInUse < before + 1 << 30)
    #expect(zeros.shape == [1 << 14, 1 << 14] && zeros.rowCount == 1 << 14)
    let ones = Parameter("ones", shape: [3], decays: false) { $0.floats.update(repeating: 1) }
    ones.value.floats[1] = 5
    #expect(ones.value.toArray() == [1, 5, 1])
  }

  @Test(arguments: types) func `a linear layer has the same bits forward and d_x = d_y W`(
    _ types: (DType, DType)
  ) {
    withFixedKernels {
      let (trained, stored) = weights(types)
      let bias = Parameter("bias", sampleTensor([outputs], seed: 6), decays: false)
      for precision in [DType.float32, .bfloat16] {
        func run(_ weight: Parameter, rows: Int, residual: Bool) -> (y: [Float], dx: [Double]) {
          let x = Variable(sampleTensor([rows, inputs], seed: 8, dtype: precision))
          let base = residual ? Variable(sampleTensor([rows, outputs], seed: 9)) : nil
          let tape = Tape()
          let y = x.linear(weight, bias: bias, residual: base, precision: precision, tape: tape)
          y.addGradient(sampleTensor([rows, outputs], seed: 10, dtype: y.dtype))
          tape.backward()
          return (y.value.toArray(), x.takeGradient().map(doubles) ?? [])
        }
        for residual in [false, true] {
          let (expected, found) = (
            run(trained, rows: rows, residual: residual), run(stored, rows: rows, residual: residual)
          )
          #expect(expected.y == found.y, "\(types) \(precision)")
          // Sums of 40 products in another order; bf16 results are rounded to 8 bits.
          let limit = precision == .float32 ? 1e-6 : 1.0 / 128
          #expect(relativeError(found.dx, expected.dx) < limit, "\(types) \(precision)")
        }
        #expect(trained.hasGradient && !stored.hasGradient)
      }
    }
  }

  @Test(arguments: types) func `one row without a tape is a vector product in float32`(
    _ types: (DType, DType)
  ) {
    let (trained, stored) = weights(types)
    let bias = Parameter("bias", sampleTensor([outputs], seed: 6), decays: false)
    onEveryInstructionSet { set in
      for precision in [DType.float32, .bfloat16] {
        for residual in [nil, Variable(sampleTensor([1, outputs], seed: 9))] {
          let x = Variable(sampleTensor([1, inputs], seed: 8, dtype: precision))
          let exact = Variable(x.value.converted(to: .float32))
            .linear(trained, bias: bias, residual: residual, precision: .float32, tape: Tape())
          for weight in [trained, stored] {
            let y = x.linear(weight, bias: bias, residual: residual, precision: precision, tape: nil)
            #expect(y.dtype == (residual == nil ? precision : .float32))
            let limit = y.dtype == .float32 ? 1e-6 : 1.0 / 256
            #expect(
              relativeError(doubles(y.value), doubles(exact.value)) < limit, "\(set) \(types) \(precision)")
          }
        }
      }
    }
  }

  @Test(arguments: types) func `rows of a table, with positions of any type added`(_ types: (DType, DType)) {
    let (trained, stored) = weights(types)
    let ids: [Int32] = [39, 0, 10, 11, 11]
    let places: [Int32] = [1, 2, 39, 11, 12]
    let expected = trained.rows(ids, adding: (trained, places), tape: nil).value.toArray()
    #expect(stored.rows(ids, adding: (stored, places), tape: nil).value.toArray() == expected)
    #expect(stored.rows(ids, tape: nil).value.toArray() == trained.rows(ids, tape: nil).value.toArray())
  }

  @Test(arguments: types) func `the loss of a stored head and its gradient of x`(_ types: (DType, DType)) {
    withFixedKernels {
      let (trained, stored) = weights(types)
      func run(_ head: Parameter) -> (loss: LossSum, dx: [Double]) {
        let x = Variable(sampleTensor([rows, inputs], seed: 8, scale: 0.1))
        let tape = Tape()
        let loss = x.linearCrossEntropy(
          head, targets: [1, 5, 39, -1, 0, 11, 30], gradientScale: 1, precision: .float32, tape: tape)
        tape.backward()
        return (loss, x.takeGradient().map(doubles) ?? [])
      }
      let (expected, found) = (run(trained), run(stored))
      #expect(found.loss == expected.loss)
      #expect(relativeError(found.dx, expected.dx) < 1e-5)
      #expect(!stored.hasGradient)
    }
  }
}
