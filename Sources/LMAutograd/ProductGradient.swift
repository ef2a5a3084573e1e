import LMTensor

/// The gradient of a weight matrix as the two factors it is the product of: d_yᵀ x, and perhaps rows added.
///
/// With few tokens and a large matrix the factors take less memory than the product, and the optimizer forms
/// the product a block of rows at a time, in cache, when it needs it: the matrix of gradients is never
/// written to memory.
struct ProductGradient {
  /// `[M, N]`.
  let outputs: Tensor
  /// `[M, K]`.
  let inputs: Tensor
  /// Type in which the product is formed.
  let precision: DType
  /// Rows of a tied embedding: row i of the float32 `[R, K]` is added to row `ids[i]`.
  var scattered: (ids: [Int32], rows: Tensor)?

  /// Whether the factors take at most three quarters of the memory of the product.
  static func pays(tokens: Int, outputs: Int, inputs: Int) -> Bool {
    4 * tokens * (outputs + inputs) <= 3 * outputs * inputs
  }

  /// Rows `range` of the gradient: float32 `[range.count, K]`.
  /// - Complexity: 2 · M · K operations per row.
  func rows(_ range: Range<Int>) -> Tensor {
    let block = Tensor([range.count, inputs.columnCount])
    write(range, into: block)
    return block
  }

  /// Makes `block` `[range.count, K]` the rows `range` of the gradient.
  func write(_ range: Range<Int>, into block: Tensor) {
    MatrixProduct.multiply(
      .columns(of: outputs, columns: range), .columns(of: inputs), precision: precision,
      into: MatrixResult(block))
    if let scattered, let target = block.floats.baseAddress, let source = scattered.rows.floats.baseAddress {
      let width = inputs.columnCount
      for (index, id) in scattered.ids.enumerated() where range.contains(Int(id)) {
        Kernels.table.pointee.add(
          DType.float32.kernelType, width, source + index * width,
          target + (Int(id) - range.lowerBound) * width)
      }
    }
  }

  /// Σ g² without forming g: ‖AᵀB‖² = Σᵢⱼ (A Aᵀ)ᵢⱼ (B Bᵀ)ᵢⱼ, with the scattered rows as further rows of A
  /// (one-hot) and B.
  /// - Complexity: 2 · M² · (N + K) operations, O(M²) memory.
  func sumOfSquares() -> Double {
    var total = 0.0
    // Both matrices are symmetric: blocks above the diagonal count twice, those below are not formed.
    for start in stride(from: 0, to: outputs.rowCount, by: Self.block) {
      let rows = start..<min(outputs.rowCount, start + Self.block)
      let (a, b) = (gram(outputs, rows, outputs), gram(inputs, rows, inputs))
      for row in 0..<rows.count {
        let width = rows.upperBound
        let (before, within) = (row * width..<row * width + start, row * width + start..<(row + 1) * width)
        total += 2 * Self.dot(a.floats[before], b.floats[before])
        total += Self.dot(a.floats[within], b.floats[within])
      }
    }
    guard let scattered else { return total }
    // One-hot rows: (A Sᵀ)ᵢⱼ = A[i, id(j)], (S Sᵀ)ᵢⱼ = [id(i) = id(j)].
    let count = scattered.rows.rowCount
    let mixed = gram(inputs, nil, scattered.rows)
    let own = gram(scattered.rows, nil, scattered.rows)
    let ids = scattered.ids
    for row in 0..<outputs.rowCount {
      let values = outputs.rows(row..<row + 1).toArray()
      for (column, id) in ids.enumerated() {
        total += 2 * Double(values[Int(id)]) * Double(mixed.floats[row * count + column])
      }
    }
    for (row, id) in ids.enumerated() {
      for (column, other) in ids.enumerated() where id == other {
        total += Double(own.floats[row * count + column])
      }
    }
    return total
  }

  /// Rows of a gram matrix that are formed at once.
  private static let block = 128
  /// Columns that a product packs at once: with a block of rows, a few megabytes.
  private static let depth = 4096

  /// a bᵀ for a range of rows of a, with the rows of b up to its end; or of all rows.
  private func gram(_ a: Tensor, _ rows: Range<Int>?, _ b: Tensor) -> Tensor {
    let left = rows.map { a.rows($0) } ?? a
    let right = rows.map { b.rows(0..<$0.upperBound) } ?? b
    let result = Tensor([left.rowCount, right.rowCount])
    for start in stride(from: 0, to: a.columnCount, by: Self.depth) {
      let columns = start..<min(a.columnCount, start + Self.depth)
      MatrixProduct.multiply(
        .rows(of: left, columns: columns), .rows(of: right, columns: columns), precision: precision,
        into: start == 0 ? MatrixResult(result) : MatrixResult(result, adding: result))
    }
    return result
  }

  private static func dot(
    _ a: Slice<UnsafeMutableBufferPointer<Float>>, _ b: Slice<UnsafeMutableBufferPointer<Float>>
  ) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
