import LMAutograd
import LMRuntime
import LMTensor

/// The rows of all trainable parameters in chunks, so that one fork–join covers them all.
package struct ParameterChunks {
  /// Some rows of one parameter; a vector has one row.
  struct Chunk {
    let parameter: Int
    let rows: Range<Int>
  }

  /// The parameters, in the order of the model.
  let parameters: [Parameter]
  private let chunks: [Chunk]
  /// Elements of a chunk, about: its gradient and moments fit the second-level cache. Where the gradient is
  /// kept as factors, one of them is packed for every chunk: those of large matrices are larger.
  private static func size(_ elements: Int) -> Int { elements > 1 << 20 ? 1 << 18 : 1 << 16 }

  package init(_ parameters: [Parameter]) {
    self.parameters = parameters.filter { $0.isTrainable }
    chunks = self.parameters.enumerated().flatMap { index, parameter in
      let step = max(1, Self.size(parameter.value.elementCount) / max(1, parameter.value.columnCount))
      return stride(from: 0, to: parameter.value.rowCount, by: step).map { start in
        Chunk(parameter: index, rows: start..<min(parameter.value.rowCount, start + step))
      }
    }
  }

  /// Number of chunks.
  var count: Int { chunks.count }
  /// The chunks with their indices, those of a parameter one after the other.
  var indexed: EnumeratedSequence<[Chunk]> { chunks.enumerated() }

  /// Runs `body` for every chunk whose parameter has a gradient, with the gradient of its rows.
  func forEach(_ body: (_ chunk: Chunk, _ index: Int, _ gradient: Tensor) -> Void) {
    ThreadPool.shared.run(chunks.count) { index, _ in
      let chunk = chunks[index]
      if let gradient = parameters[chunk.parameter].gradientRows(chunk.rows) { body(chunk, index, gradient) }
    }
  }

  /// √ Σ g² over all gradients, summed in double precision in the order of the parameters.
  package func gradientNorm() -> Double {
    var total = 0.0
    var isProduct = [Bool](repeating: false, count: parameters.count)
    for (index, parameter) in parameters.enumerated() {
      guard let squares = parameter.sumOfSquaresOfProduct() else { continue }
      isProduct[index] = true
      total += squares
    }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: chunks.count) { sums in
      let partial = sums
      partial.initialize(repeating: 0)
      ThreadPool.shared.run(chunks.count) { index, _ in
        let chunk = chunks[index]
        guard !isProduct[chunk.parameter],
          let gradient = parameters[chunk.parameter].gradientRows(chunk.rows)?.floats
        else { return }
        partial[index] = Kernels.table.pointee.sum_of_squares(gradient.count, gradient.baseAddress)
      }
      return (total + partial.reduce(0, +)).squareRoot()
    }
  }
}
