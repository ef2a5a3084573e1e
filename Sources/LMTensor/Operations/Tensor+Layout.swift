extension Tensor {
  /// The matrix `[R, C]` turned to `[C, R]`, in memory of its own.
  /// - Precondition: two axes, elements of 2 or 4 bytes that stand alone.
  /// - Complexity: O(elements).
  public func transposed() -> Tensor {
    precondition(shape.count == 2, "transposed: \(shape)")
    let result = Tensor([shape[1], shape[0]], dtype: dtype)
    if dtype.byteCount == 4 {
      transpose(into: result, as: UInt32.self)
    } else {
      transpose(into: result, as: UInt16.self)
    }
    return result
  }

  /// A square of this size reads and writes whole cache lines, all of which fit the first-level cache.
  private static let square = 32

  private func transpose<Element>(into result: Tensor, as type: Element.Type) {
    let (rows, columns) = (shape[0], shape[1])
    let source = pointer.assumingMemoryBound(to: type)
    let target = result.pointer.assumingMemoryBound(to: type)
    parallel(columns, grain: max(1, elementGrain / max(1, rows)), multiple: Self.square) { range in
      for firstRow in stride(from: 0, to: rows, by: Self.square) {
        let block = firstRow..<min(rows, firstRow + Self.square)
        for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.square) {
          for column in first..<min(range.upperBound, first + Self.square) {
            for row in block { target[column * rows + row] = source[row * columns + column] }
          }
        }
      }
    }
  }

  /// The rows of the first axis in another order, in memory of their own: row i is row `source(i)` of this.
  public func reorderedRows(_ source: (Int) -> Int) -> Tensor {
    let result = Tensor(shape, dtype: dtype)
    let count = shape.first ?? 0
    guard count > 0 else { return result }
    let size = byteCount / count
    for row in 0..<count {
      (result.pointer + row * size).copyMemory(from: pointer + source(row) * size, byteCount: size)
    }
    return result
  }
}
