import CLMKernels
import LMTensor

/// LayerNorm (arXiv 1607.06450) or RMSNorm (arXiv 1910.07467).
public enum NormKind: String, Sendable, Codable {
  /// Centres and scales; weight and perhaps bias.
  case layer
  /// Scales only; weight.
  case rms
}

extension Variable {
  /// y = (x − mean) / √(variance + ε) · weight + bias over the last axis; RMSNorm has no mean and no bias.
  ///
  /// - Parameters:
  ///   - weight: `[D]`.
  ///   - bias: `[D]`, LayerNorm only.
  ///   - outputType: type of the result.
  /// - Returns: `[M, D]`.
  /// - Complexity: reads x twice, writes once; 8 bytes per row are kept for backward, where y is made anew.
  public func norm(
    _ kind: NormKind, weight: Parameter, bias: Parameter? = nil, epsilon: Float, outputType: DType,
    tape: Tape?
  ) -> Variable {
    let width = weight.value.elementCount
    precondition(value.columnCount == width, "norm: \(value.shape) by \(width) weights")
    let output = Variable(Tensor(value.shape, dtype: outputType), isRestored: tape != nil)
    let rows = NormRows(
      kind: kind, count: value.rowCount, inner: 1, width: width, stride: width, epsilon: epsilon)
    let statistics = rows.forward(value, 0, weight, bias, output.value)
    tape?.record(output) { gradient in
      let existing = self.gradient?.dtype == self.value.dtype ? self.gradient : nil
      let target = existing ?? Tensor(self.value.shape, dtype: self.value.dtype)
      let again = output.isAwaited ? Tensor(output.shape, dtype: outputType) : nil
      rows.backward(
        self.value, 0, weight, bias, gradient, statistics, target, accumulate: existing != nil, again: again)
      if existing == nil { self.addGradient(target) }
      if let again { output.restore(again) }
    }
    return output
  }

  /// RMSNorm of each head in place of the columns of `[M, C]` that hold `parts` (QK-norm, arXiv 2010.04245):
  /// for each part, `heads` groups of the weight's width from column `column` on. Other columns are copied.
  public func headNorm(
    _ parts: [(column: Int, heads: Int, weight: Parameter)], epsilon: Float, tape: Tape?
  ) -> Variable {
    let output = Variable(Tensor(value.shape, dtype: value.dtype))
    value.copy(into: output.value)
    let (rowCount, stride) = (value.rowCount, value.columnCount)
    let steps = parts.map { part in
      let rows = NormRows(
        kind: .rms, count: rowCount * part.heads, inner: part.heads,
        width: part.weight.value.elementCount, stride: stride, epsilon: epsilon)
      return (part, rows, rows.forward(value, part.column, part.weight, nil, output.value))
    }
    tape?.record(output) { gradient in
      let target = Tensor(self.value.shape, dtype: self.value.dtype)
      gradient.copy(into: target)
      for (part, rows, statistics) in steps {
        rows.backward(
          self.value, part.column, part.weight, nil, gradient, statistics, target, accumulate: false)
      }
      self.addGradient(target)
    }
    return output
  }
}

/// The rows that one norm works on, and its two kernels over threads.
private struct NormRows {
  let kind: NormKind
  let count: Int
  let inner: Int
  let width: Int
  let stride: Int
  let epsilon: Float

  /// Partial sums of weight gradients: a number that does not depend on threads.
  private static let chunks = 16

  private func shape(_ range: Range<Int>, _ x: DType, _ y: DType) -> lm_norm_shape {
    lm_norm_shape(
      rows: range.count, inner: inner, width: width, x_stride: stride, y_stride: stride,
      x_type: x.kernelType, y_type: y.kernelType, center: kind == .layer ? 1 : 0, epsilon: epsilon)
  }

  private func offset(_ row: Int, _ column: Int, _ type: DType) -> Int {
    (row / inner * stride + column) * type.byteCount
  }

  func forward(_ x: Tensor, _ column: Int, _ weight: Parameter, _ bias: Parameter?, _ y: Tensor) -> Tensor {
    let statistics = Tensor([2, count])
    guard let mean = statistics.floats.baseAddress, let weights = weight.value.floats.baseAddress else {
      return statistics
    }
    let inverse = mean + count
    parallel(count, grain: max(1, elementGrain / width), multiple: inner) { range in
      var shape = shape(range, x.dtype, y.dtype)
      Kernels.table.pointee.norm_forward(
        &shape, x.pointer + offset(range.lowerBound, column, x.dtype), weights,
        bias?.value.floats.baseAddress, y.pointer + offset(range.lowerBound, column, y.dtype),
        mean + range.lowerBound, inverse + range.lowerBound)
    }
    return statistics
  }

  func backward(
    _ x: Tensor, _ column: Int, _ weight: Parameter, _ bias: Parameter?, _ dy: Tensor,
    _ statistics: Tensor, _ dx: Tensor, accumulate: Bool, again: Tensor? = nil
  ) {
    guard let mean = statistics.floats.baseAddress, let weights = weight.value.floats.baseAddress else {
      return
    }
    let inverse = mean + count
    let partial = Tensor.zeros([2, Self.chunks, width])
    guard let sums = partial.floats.baseAddress else { return }
    fixedChunks(count / inner, chunks: Self.chunks) { groups, chunk in
      let range = groups.lowerBound * inner..<groups.upperBound * inner
      var shape = shape(range, x.dtype, dy.dtype)
      Kernels.table.pointee.norm_backward(
        &shape, x.pointer + offset(range.lowerBound, column, x.dtype), weights,
        dy.pointer + offset(range.lowerBound, column, dy.dtype), mean + range.lowerBound,
        inverse + range.lowerBound, dx.pointer + offset(range.lowerBound, column, dx.dtype),
        accumulate ? 1 : 0, sums + chunk * width, bias == nil ? nil : sums + (Self.chunks + chunk) * width,
        bias?.value.floats.baseAddress,
        again.map { $0.pointer + offset(range.lowerBound, column, $0.dtype) })
    }
    weight.collectSum { partial.rows(0..<1).reshaped([Self.chunks, width]).addColumnSums(to: $0) }
    bias?.collectSum { partial.rows(1..<2).reshaped([Self.chunks, width]).addColumnSums(to: $0) }
  }
}
