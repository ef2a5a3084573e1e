import LMAutograd
import LMRuntime
import LMTensor

/// The elements of all trainable parameters in chunks of one size, so that one fork–join covers them all.
struct ParameterChunks {
  /// A piece of one parameter.
  struct Chunk {
    let parameter: Int
    let range: Range<Int>
  }

  /// The parameters, in the order of the model.
  let parameters: [Parameter]
  private let chunks: [Chunk]
  private static let size = 1 << 15

  init(_ parameters: [Parameter]) {
    self.parameters = parameters.filter { $0.isTrainable }
    chunks = self.parameters.enumerated().flatMap { index, parameter in
      stride(from: 0, to: parameter.value.elementCount, by: Self.size).map { start in
        Chunk(parameter: index, range: start..<min(parameter.value.elementCount, start + Self.size))
      }
    }
  }

  /// Runs `body` for every chunk whose parameter has a gradient.
  func forEach(_ body: (_ chunk: Chunk, _ index: Int) -> Void) {
    ThreadPool.shared.run(chunks.count) { index, _ in
      let chunk = chunks[index]
      if parameters[chunk.parameter].gradient != nil { body(chunk, index) }
    }
  }

  /// √ Σ g² over all gradients, summed in double precision in the order of the chunks.
  func gradientNorm() -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: chunks.count) { sums in
      let partial = sums
      partial.initialize(repeating: 0)
      forEach { chunk, index in
        guard let gradient = parameters[chunk.parameter].gradient?.floats.baseAddress else { return }
        partial[index] = Kernels.table.pointee.sum_of_squares(
          chunk.range.count, gradient + chunk.range.lowerBound)
      }
      return partial.reduce(0, +).squareRoot()
    }
  }
}
