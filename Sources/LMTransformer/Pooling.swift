import CLMKernels
import LMTensor

/// How the rows of a sequence become one vector.
public enum Pooling: String, CaseIterable, Sendable {
  /// The mean of all rows.
  case mean
  /// The first row: that of BERT's `[CLS]`.
  case cls
  /// The last row: in a decoder the only one that has seen the whole sequence.
  case last
}

extension Transformer {
  /// A vector for each of `sequences`, computed in one dense pass: their rows stand one behind the other without
  /// padding, and none sees another.
  /// - Parameters:
  ///   - sequences: ids in `0 ..< V`, 1 to `contextLength` of them each; all of segment 0.
  ///   - normalizes: whether vectors are divided by their length in the end; one of zeros stays.
  /// - Returns: float32 `[sequences, D]`.
  /// - Complexity: a forward pass over the sum of lengths.
  public func embeddings(
    _ sequences: [[Int32]], _ pooling: Pooling, normalizes: Bool, precision: DType
  ) -> Tensor {
    precondition(!sequences.contains([]), "embeddings: a sequence without ids")
    let context = ForwardContext(
      lengths: sequences.map(\.count), isCausal: configuration.isCausal, precision: precision)
    let result = Tensor.zeros([sequences.count, configuration.width])
    guard !sequences.isEmpty else { return result }
    let hidden = hidden(sequences.flatMap { $0 }, context).value.converted(to: .float32)
    var starts = [0]
    for sequence in sequences { starts.append(starts[starts.count - 1] + sequence.count) }
    parallel(sequences.count, grain: max(1, elementGrain / configuration.width)) { range in
      for index in range {
        let rows: Range<Int> =
          switch pooling {
          case .mean: starts[index]..<starts[index + 1]
          case .cls: starts[index]..<starts[index] + 1
          case .last: starts[index + 1] - 1..<starts[index + 1]
          }
        hidden.rows(rows).poolMean(into: result.rows(index..<index + 1), normalizes: normalizes)
      }
    }
    return result
  }
}

extension Tensor {
  /// Mean of these float32 rows, perhaps divided by its length, into a row of zeros.
  fileprivate func poolMean(into row: Tensor, normalizes: Bool) {
    guard let source = floats.baseAddress, let target = row.floats.baseAddress else { return }
    let table = Kernels.table
    table.pointee.column_sums(LM_F32, rowCount, columnCount, columnCount, source, target)
    if rowCount > 1 { table.pointee.scale(columnCount, 1 / Float(rowCount), target) }
    guard normalizes else { return }
    let length = table.pointee.sum_of_squares(columnCount, target).squareRoot()
    // The bound of torch's `normalize`.
    table.pointee.scale(columnCount, Float(1 / max(length, 1e-12)), target)
  }
}
