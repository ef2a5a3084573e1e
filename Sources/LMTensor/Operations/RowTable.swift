import CLMKernels

/// Rows of a matrix of any type, which may lie in several parts, one by one as float32.
public struct RowTable {
  private struct Part {
    let rows: Range<Int>
    let tensor: Tensor
    let rowBytes: Int
  }
  private let parts: [Part]
  /// Elements of a row.
  public let width: Int

  /// The rows of `tensors` `[Nᵢ, K]`, one tensor behind the other.
  public init(_ tensors: [Tensor]) {
    var parts: [Part] = []
    for tensor in tensors {
      let first = parts.last?.rows.upperBound ?? 0
      parts.append(
        Part(
          rows: first..<first + tensor.rowCount, tensor: tensor,
          rowBytes: tensor.dtype.byteCount(of: tensor.columnCount)))
    }
    self.parts = parts
    width = tensors.first?.columnCount ?? 0
  }

  /// Writes row `row` to `target`.
  public func copy(_ row: Int, to target: UnsafeMutablePointer<Float>) {
    let (source, type) = locate(row)
    Kernels.table.pointee.convert(type, LM_F32, width, source, target)
  }

  /// Adds row `row` to `target`.
  public func add(_ row: Int, to target: UnsafeMutablePointer<Float>) {
    let (source, type) = locate(row)
    guard lm_block_of(type).elements > 1 else {
      return Kernels.table.pointee.add(type, width, source, target)
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { decoded in
      guard let values = decoded.baseAddress else { return }
      Kernels.table.pointee.convert(type, LM_F32, width, source, values)
      Kernels.table.pointee.add(LM_F32, width, values, target)
    }
  }

  private func locate(_ row: Int) -> (source: UnsafeRawPointer, type: lm_type) {
    guard let part = parts.first(where: { $0.rows.contains(row) }) else {
      preconditionFailure("RowTable: row \(row) of \(parts.last?.rows.upperBound ?? 0)")
    }
    return (
      UnsafeRawPointer(part.tensor.pointer + (row - part.rows.lowerBound) * part.rowBytes),
      part.tensor.dtype.weightType
    )
  }
}
