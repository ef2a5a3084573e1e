import CLMKernels

extension MatrixProduct {
  /// y = W x for one float32 vector: reads the weights once. `weight` is `[N, K]`, `x` `[K]`, `y` `[N]`.
  /// - Complexity: bounded by reading N · K weights.
  public static func multiply(_ weight: Tensor, vector x: Tensor, into y: Tensor) {
    let (rows, depth) = (weight.rowCount, weight.columnCount)
    precondition(x.elementCount == depth && y.elementCount == rows, "multiply: \(weight.shape) × \(x.shape)")
    guard let input = x.floats.baseAddress, let output = y.floats.baseAddress else { return }
    let (pointer, dtype) = (weight.pointer, weight.dtype)
    parallel(rows, grain: max(1, 32_768 / max(1, depth))) { range in
      Kernels.table.pointee.gemv(
        dtype.kernelType, range.count, depth, pointer + range.lowerBound * depth * dtype.byteCount, depth,
        input, output + range.lowerBound)
    }
  }
}
