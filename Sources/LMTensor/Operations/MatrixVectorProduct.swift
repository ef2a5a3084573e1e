import CLMKernels

extension MatrixProduct {
  /// y = W x for one float32 vector: reads the weights once. `weight` is `[N, K]` of any type, `x` `[K]`, `y` `[N]`.
  ///
  /// The bits are those of the same product with the weights converted to float32.
  /// - Complexity: bounded by reading N · K weights.
  public static func multiply(_ weight: Tensor, vector x: Tensor, into y: Tensor) {
    let (rows, depth) = (weight.rowCount, weight.columnCount)
    precondition(x.elementCount == depth && y.elementCount == rows, "multiply: \(weight.shape) × \(x.shape)")
    guard let input = x.floats.baseAddress, let output = y.floats.baseAddress else { return }
    let (pointer, dtype) = (weight.pointer, weight.dtype)
    parallel(rows, grain: max(1, 32_768 / max(1, depth))) { range in
      Kernels.table.pointee.gemv(
        dtype.weightType, range.count, depth, pointer + dtype.byteCount(of: range.lowerBound * depth), depth,
        input, output + range.lowerBound)
    }
  }
}
