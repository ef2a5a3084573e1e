import LMAutograd
import LMTensor

extension KernelCase {
  /// Loss and gradient of float32 logits, in place, in rows that fit 64 MiB.
  static func losses(_ s: BenchmarkShape) -> [KernelCase] {
    let rows = max(1, min(s.tokens, (16 << 20) / s.vocabulary))
    return [
      KernelCase(
        kernel: "cross-entropy", shape: s.name, size: "\(rows)×\(s.vocabulary)", dtype: .float32,
        work: .bytes(8 * Double(rows * s.vocabulary)),
        prepare: {
          let (logits, losses) = (filled([rows, s.vocabulary], .float32), Tensor([rows]))
          let targets = (0..<rows).map { Int32($0 % s.vocabulary) }
          return Run { crossEntropy(logits, targets, losses) }
        })
    ]
  }

  private static func crossEntropy(_ logits: Tensor, _ targets: [Int32], _ losses: Tensor) {
    let width = logits.columnCount
    targets.withUnsafeBufferPointer { ids in
      guard let target = ids.baseAddress, let loss = losses.floats.baseAddress,
        let values = logits.floats.baseAddress
      else { return }
      parallel(logits.rowCount, grain: max(1, elementGrain / width)) { range in
        Kernels.table.pointee.cross_entropy(
          DType.float32.kernelType, range.count, width, width, values + range.lowerBound * width,
          target + range.lowerBound, 0, 1, 1, loss + range.lowerBound)
      }
    }
  }

  /// AdamW over all weights (28 bytes each: four values read, three written), and their conversion to bf16.
  static func updates(_ s: BenchmarkShape) -> [KernelCase] {
    let count = s.parameterCount
    return [
      KernelCase(
        kernel: "AdamW", shape: s.name, size: "\(count)", dtype: .float32, work: .bytes(28 * Double(count)),
        prepare: {
          let parameter = Parameter("weights", filled([count], .float32), decays: true)
          parameter.collect { gradient, _ in filled([count], .float32).copy(into: gradient) }
          let optimizer = AdamW().optimizer([parameter], OptimizerContext())
          return Run { optimizer.update(learningRate: 1e-6, gradientScale: 1) }
        }),
      KernelCase(
        kernel: "convert", shape: s.name, size: "\(count) to bf16", dtype: .bfloat16,
        work: .bytes(6 * Double(count)),
        prepare: {
          let (from, to) = (filled([count], .float32), Tensor([count], dtype: .bfloat16))
          return Run { from.copy(into: to) }
        }),
    ]
  }

  /// Forward with a tape, and backward alone, of an operation on one variable.
  static func differentiable(
    _ kernel: String, _ shape: BenchmarkShape, _ size: String, _ type: DType, input: [Int],
    inputType: DType? = nil, _ work: Work, backward: Work,
    _ operation: @escaping (_ x: Variable, _ tape: Tape?) -> Variable
  ) -> [KernelCase] {
    let inputType = inputType ?? type
    return [
      KernelCase(
        kernel: kernel, shape: shape.name, size: size, dtype: type, work: work,
        prepare: {
          let x = Variable(filled(input, inputType))
          return Run { _ = operation(x, Tape()) }
        }),
      KernelCase(
        kernel: "\(kernel) backward", shape: shape.name, size: size, dtype: type, work: backward,
        prepare: {
          let x = Variable(filled(input, inputType))
          var tape = Tape()
          return Run(
            reset: {
              _ = x.takeGradient()
              tape = Tape()
              let y = operation(x, tape)
              y.addGradient(filled(y.value.shape, y.value.dtype))
            },
            { tape.backward() })
        }),
    ]
  }

  /// Values between -1 and 1 without a pattern that arithmetic could profit from.
  static func filled(_ shape: [Int], _ type: DType) -> Tensor {
    let values = Tensor(shape)
    parallel(values.elementCount, grain: elementGrain) { range in
      for index in range {
        let bits = UInt32(truncatingIfNeeded: index &+ 1) &* 0x9E37_79B9
        values.floats[index] = Float(bits >> 8) * 0x1p-23 - 1
      }
    }
    return values.converted(to: type)
  }
}
