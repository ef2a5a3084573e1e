import CLMKernels
import LMTensor

/// The non-linearity of a feed-forward layer or of a head.
public enum Activation: String, Sendable, Codable, CaseIterable {
  /// max(0, x).
  case relu
  /// x Φ(x) (arXiv 1606.08415), by erf.
  case gelu
  /// x Φ(x) by its tanh approximation.
  case geluTanh = "gelu_tanh"
  /// x / (1 + e⁻ˣ).
  case silu
  /// tanh x.
  case tanh

  var kernelKind: lm_activation {
    switch self {
    case .relu: LM_RELU
    case .gelu: LM_GELU
    case .geluTanh: LM_GELU_TANH
    case .silu: LM_SILU
    case .tanh: LM_TANH
    }
  }
}

extension Variable {
  /// y = f(x), element by element, in the type of x.
  public func activated(_ kind: Activation, tape: Tape?) -> Variable {
    let output = Variable(Tensor(value.shape, dtype: value.dtype), isRestored: tape != nil)
    let type = value.dtype
    forParts(of: value) { range, bytes in
      Kernels.table.pointee.activate(
        kind.kernelKind, type.kernelType, range, value.pointer + bytes, output.value.pointer + bytes)
    }
    tape?.record(output) { gradient in
      let dx = gradient.converted(to: type)
      let again = output.isAwaited ? Tensor(output.shape, dtype: type) : nil
      forParts(of: dx) { range, bytes in
        Kernels.table.pointee.activate_backward(
          kind.kernelKind, type.kernelType, range, self.value.pointer + bytes, dx.pointer + bytes,
          dx.pointer + bytes, again.map { $0.pointer + bytes })
      }
      self.addGradient(dx)
      if let again { output.restore(again) }
    }
    return output
  }

  /// y = f(gate) · up for x = [gate | up] `[M, 2F]`: SwiGLU with SiLU (arXiv 2002.05202). Returns `[M, F]`.
  public func gated(_ kind: Activation, tape: Tape?) -> Variable {
    let (rows, width, type) = (value.rowCount, value.columnCount / 2, value.dtype)
    let output = Variable(Tensor([rows, width], dtype: type), isRestored: tape != nil)
    let rowBytes = width * type.byteCount
    parallel(rows, grain: max(1, elementGrain / max(1, width))) { range in
      Kernels.table.pointee.gate(
        kind.kernelKind, type.kernelType, range.count, width,
        value.pointer + 2 * range.lowerBound * rowBytes, output.value.pointer + range.lowerBound * rowBytes)
    }
    tape?.record(output) { gradient in
      let dy = gradient.converted(to: type)
      let dx = Tensor(self.value.shape, dtype: type)
      let again = output.isAwaited ? Tensor(output.shape, dtype: type) : nil
      parallel(rows, grain: max(1, elementGrain / max(1, width))) { range in
        let single = range.lowerBound * rowBytes
        Kernels.table.pointee.gate_backward(
          kind.kernelKind, type.kernelType, range.count, width, self.value.pointer + 2 * single,
          dy.pointer + single, dx.pointer + 2 * single, again.map { $0.pointer + single })
      }
      self.addGradient(dx)
      if let again { output.restore(again) }
    }
    return output
  }
}

/// Splits the elements of a tensor among threads: `body(count, byteOffset)`.
func forParts(of tensor: Tensor, _ body: (_ count: Int, _ byteOffset: Int) -> Void) {
  parallel(tensor.elementCount, grain: elementGrain, multiple: 32) { range in
    body(range.count, range.lowerBound * tensor.dtype.byteCount)
  }
}
