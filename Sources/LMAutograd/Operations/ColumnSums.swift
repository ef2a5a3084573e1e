import LMTensor

extension Tensor {
  /// Adds the sum of the rows of this `[M, N]` to a float32 `[N]`, each column in row order.
  func addColumnSums(to sums: Tensor) {
    guard let target = sums.floats.baseAddress else { return }
    let (rows, columns) = (rowCount, columnCount)
    parallel(columns, grain: max(16, elementGrain / max(1, rows)), multiple: 16) { range in
      Kernels.table.pointee.column_sums(
        dtype.kernelType, rows, range.count, columns, pointer + range.lowerBound * dtype.byteCount,
        target + range.lowerBound)
    }
  }
}
