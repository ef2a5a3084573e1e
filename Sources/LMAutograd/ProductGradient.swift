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

  /// Whether the factors take at most half the memory of the product.
  static func pays(tokens: Int, outputs: Int, inputs: Int) -> Bool {
    2 * tokens * (outputs + inputs) <= outputs * inputs
  }

  /// Rows `range` of the gradient: float32 `[range.count, K]`.
  /// - Complexity: 2 · M · K operations per row.
  func rows(_ range: Range<Int>) -> Tensor {
    let block = Tensor([range.count, inputs.columnCount])
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
    return block
  }

  /// Σ g² without forming g: ‖AᵀB‖² = Σᵢⱼ (A Aᵀ)ᵢⱼ (B Bᵀ)ᵢⱼ, with the scattered rows as further rows of A
  /// (one-hot) and B.
  /// - Complexity: 2 · M² · (N + K) operations, O(M²) memory.
  func sumOfSquares() -> Double {
    var total = Self.dot(gram(outputs, outputs), gram(inputs, inputs))
    guard let scattered else { return total }
    // One-hot rows: (A Sᵀ)ᵢⱼ = A[i, id(j)], (S Sᵀ)ᵢⱼ = [id(i) = id(j)].
    let (mixed, own) = (gram(inputs, scattered.rows), gram(scattered.rows, scattered.rows))
    let ids = scattered.ids
    let wide = outputs.converted(to: .float32)
    for row in 0..<outputs.rowCount {
      for (column, id) in ids.enumerated() {
        total +=
          2 * Double(wide.floats[row * wide.columnCount + Int(id)])
          * Double(mixed.floats[row * ids.count + column])
      }
    }
    for (row, id) in ids.enumerated() {
      for (column, other) in ids.enumerated() where id == other {
        total += Double(own.floats[row * ids.count + column])
      }
    }
    return total
  }

  private func gram(_ a: Tensor, _ b: Tensor) -> Tensor {
    let result = Tensor([a.rowCount, b.rowCount])
    MatrixProduct.multiply(.rows(of: a), .rows(of: b), precision: precision, into: MatrixResult(result))
    return result
  }

  private static func dot(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.floats, b.floats).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
