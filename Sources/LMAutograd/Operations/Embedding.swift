import LMTensor

extension Parameter {
  /// Rows of this table `[V, D]` for `ids`, and, where given, rows of `positions` `[P, D]` added to them.
  ///
  /// Backward adds each row of the gradient to its row of the table, in the order of the ids: threads split
  /// the columns, so sums do not depend on their number.
  /// Stored tables may be of any type.
  /// - Parameter ids: `[M]`, each in `0 ..< V`.
  /// - Returns: float32 `[M, D]`.
  public func rows(
    _ ids: [Int32], adding positions: (table: Parameter, rows: [Int32])? = nil, tape: Tape?
  ) -> Variable {
    let width = columnCount
    let result = Tensor([ids.count, width])
    guard let target = result.floats.baseAddress else { return Variable(result) }
    let (table, positionTable) = (RowTable(parts), positions.map { RowTable($0.table.parts) })
    parallel(ids.count, grain: max(1, elementGrain / max(1, width))) { range in
      for row in range {
        table.copy(Int(ids[row]), to: target + row * width)
        if let positions, let positionTable {
          positionTable.add(Int(positions.rows[row]), to: target + row * width)
        }
      }
    }
    let output = Variable(result)
    tape?.record(output) { gradient in
      self.collectRows(ids, gradient)
      if let positions { positions.table.collectRows(positions.rows, gradient) }
    }
    return output
  }
}

extension Tensor {
  /// Adds row i of this float32 `[M, D]` to row `ids[i]` of `table`, in order.
  func scatterRows(_ ids: [Int32], into table: Tensor) {
    guard let source = floats.baseAddress, let target = table.floats.baseAddress else { return }
    let width = columnCount
    parallel(width, grain: max(16, elementGrain / max(1, ids.count)), multiple: 16) { range in
      for (row, id) in ids.enumerated() {
        Kernels.table.pointee.add(
          dtype.kernelType, range.count, source + row * width + range.lowerBound,
          target + Int(id) * width + range.lowerBound)
      }
    }
  }
}
