import LMTensor

/// Brings all singular values of a matrix near 1 without computing them.
///
///     X ← G / max(‖G‖, 10⁻⁷);  five times  X ← P X,  P = a I + b A + c A²,  A = X Xᵀ
///
/// a = 3.4445, b = −4.775, c = 2.0315: singular values end between about 0.7 and 1.2, small ones sooner than
/// with coefficients that converge ("Muon: An optimizer for hidden layers in neural networks", K. Jordan et al.,
/// 2024). Tall matrices take Xᵀ X, so A is as small as can be.
///
/// A round need not touch X: A and P are polynomials in the first A, so they commute, and X ← P X makes
/// A ← P A P. For long matrices it is cheaper to gather Q ← P Q and to multiply X by Q at the end of a stage.
/// Small singular values grow by a in a round, and the roundings of Q with them: two stages of two and three
/// rounds keep ‖Q‖ below 41.
package enum NewtonSchulz {
  private static let coefficients: (a: Float, b: Float, c: Float) = (3.4445, -4.775, 2.0315)

  /// Rounds of each stage for a matrix of `side` × `length`: 10 ρ + 5 or 4 ρ + 14 products of side³, ρ the
  /// ratio of the two.
  private static func stages(side: Int, length: Int) -> [Int] {
    2 * length > 3 * side ? [2, 3] : [1, 1, 1, 1, 1]
  }

  /// G `[N, K]` (float32, scaled in place) orthogonalised, float32; products are of `precision`.
  /// - Complexity: min(10 ρ + 5, 4 ρ + 14) · 2 m³ operations for m = min(N, K), ρ = max(N, K) / m.
  package static func orthogonalised(_ matrix: Tensor, precision: DType) -> Tensor {
    matrix.scaleInPlace(Float(1 / max(matrix.sumOfSquares().squareRoot(), 1e-7)))
    let isTall = matrix.rowCount > matrix.columnCount
    let side = min(matrix.rowCount, matrix.columnCount)
    let stages = stages(side: side, length: max(matrix.rowCount, matrix.columnCount))
    var x = matrix.converted(to: precision)
    for (index, rounds) in stages.enumerated() {
      let gram = symmetricProduct(side, precision) { range in
        let rows =
          isTall ? MatrixOperand.columns(of: x, columns: range) : MatrixOperand.rows(of: x.rows(range))
        return (
          rows,
          isTall ? .columns(of: x, columns: 0..<range.upperBound) : .rows(of: x.rows(0..<range.upperBound))
        )
      }
      let factor = gathered(gram, rounds: rounds, precision)
      let next = Tensor(matrix.shape, dtype: index == stages.count - 1 ? .float32 : precision)
      let (left, right): (MatrixOperand, MatrixOperand) =
        isTall ? (.rows(of: x), .rows(of: factor)) : (.rows(of: factor), .columns(of: x))
      MatrixProduct.multiply(left, right, precision: precision, into: MatrixResult(next))
      x = next
    }
    return x
  }

  /// Q of `rounds` rounds from A `[m, m]`. All matrices here are symmetric.
  private static func gathered(_ gram: Tensor, rounds: Int, _ precision: DType) -> Tensor {
    let side = gram.columnCount
    func times(_ a: Tensor, _ b: Tensor) -> Tensor {
      symmetricProduct(side, precision) { range in
        (.rows(of: a.rows(range)), .rows(of: b.rows(0..<range.upperBound)))
      }
    }
    var gram = gram
    var factor: Tensor?
    for round in 0..<rounds {
      let polynomial = times(gram, gram)
      combine(gram, polynomial)
      if round < rounds - 1 { gram = times(times(polynomial, gram), polynomial) }
      factor = factor.map { times(polynomial, $0) } ?? polynomial
    }
    return factor ?? gram
  }

  /// Rows of a block: a multiple of the rows and columns of every register tile.
  private static let block = 96

  /// A symmetric product `[side, side]`, float32: blocks of rows up to the diagonal, the rest mirrored.
  /// - Parameter operands: of some rows, and of all rows up to their end.
  private static func symmetricProduct(
    _ side: Int, _ precision: DType, _ operands: (Range<Int>) -> (MatrixOperand, MatrixOperand)
  ) -> Tensor {
    let result = Tensor([side, side])
    let step = side < 2 * block ? max(1, side) : block
    for start in stride(from: 0, to: side, by: step) {
      let range = start..<min(side, start + step)
      let (rows, columns) = operands(range)
      MatrixProduct.multiply(
        rows, columns, precision: precision,
        into: MatrixResult(result.rows(range), columns: 0..<range.upperBound))
    }
    guard let values = result.floats.baseAddress else { return result }
    parallel((side + step - 1) / step, grain: 2) { blocks in
      for block in blocks {
        let (start, end) = (block * step, min(side, (block + 1) * step))
        for row in end..<max(end, side) {
          for column in start..<end { values[column * side + row] = values[row * side + column] }
        }
      }
    }
    return result
  }

  /// square ← a I + b gram + c square
  private static func combine(_ gram: Tensor, _ square: Tensor) {
    let (a, b, c) = coefficients
    let side = gram.columnCount
    let (source, target) = (gram.floats, square.floats)
    parallel(side, grain: max(1, elementGrain / max(1, side))) { rows in
      for index in rows.lowerBound * side..<rows.upperBound * side {
        target[index] = b * source[index] + c * target[index]
      }
      for row in rows { target[row * side + row] += a }
    }
  }
}
