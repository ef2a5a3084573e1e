import LMTensor

/// Products with a weight matrix `[N, K]`, wherever its rows lie: one product for each part.
extension Parameter {
  /// x Wᵀ, perhaps with `base` and `bias` added, into `result`.
  /// - Parameters:
  ///   - x: `[M, K]`.
  ///   - base: float32 `[M, N]`, then the result is float32 too.
  ///   - bias: float32 `[N]`.
  ///   - precision: type in which products are formed; sums are float32.
  ///   - result: `[M, N]`.
  public func multiply(
    _ x: Tensor, adding base: Tensor? = nil, bias: Tensor? = nil, precision: DType, into result: Tensor
  ) {
    var first = 0
    for part in parts {
      let columns = first..<first + part.rowCount
      MatrixProduct.multiply(
        .rows(of: x), .rows(of: part), precision: precision,
        into: MatrixResult(result, columns: columns, adding: base, bias: bias?.rows(columns)))
      first = columns.upperBound
    }
  }

  /// x Wᵀ of one float32 vector `[K]`, into the float32 `result` `[N]`: products in float32, reading the weights
  /// once.
  public func multiply(vector x: Tensor, into result: Tensor) {
    var first = 0
    for part in parts {
      let rows = first..<first + part.rowCount
      MatrixProduct.multiply(part, vector: x, into: result.rows(rows))
      first = rows.upperBound
    }
  }

  /// The gradient of x where `gradient` `[M, N]` is that of x Wᵀ: gradient · W, into `result` `[M, K]`.
  /// - Parameter longest: Rows of the weight that are multiplied at once, so that what is packed of a wide gradient
  ///   stays in cache.
  func multiplyBackward(
    _ gradient: Tensor, precision: DType, longest: Int = .max, into result: Tensor
  ) {
    var pieces: [(column: Int, part: Tensor)] = []
    var column = 0
    for part in parts {
      for start in stride(from: 0, to: part.rowCount, by: min(longest, max(1, part.rowCount))) {
        pieces.append(
          (column + start, part.rows(start..<min(part.rowCount, start + min(longest, part.rowCount)))))
      }
      column += part.rowCount
    }
    // Several pieces are added up in float32.
    let sum = pieces.count == 1 || result.dtype == .float32 ? result : Tensor(result.shape)
    for (index, piece) in pieces.enumerated() {
      let columns = piece.column..<piece.column + piece.part.rowCount
      MatrixProduct.multiply(
        .rows(of: gradient, columns: columns), .columns(of: piece.part), precision: precision,
        into: MatrixResult(sum, adding: index == 0 ? nil : sum))
    }
    if sum.dtype != result.dtype { sum.copy(into: result) }
  }
}
