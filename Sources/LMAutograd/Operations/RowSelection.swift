import LMTensor

extension Variable {
  /// Some rows of `[M, D]`, in their order.
  ///
  /// Backward puts the gradient's rows in their places; the others get 0.
  /// - Parameter rows: `[N]` distinct numbers in `0 ..< M`.
  /// - Returns: `[N, D]` of the same type.
  public func selecting(_ rows: [Int32], tape: Tape?) -> Variable {
    let (type, width) = (value.dtype, value.columnCount)
    let selected = Tensor([rows.count, width], dtype: type)
    let bytes = width * type.byteCount
    for (place, row) in rows.enumerated() {
      precondition(0 <= row && row < value.rowCount, "selecting: row \(row) of \(value.shape)")
      (selected.pointer + place * bytes).copyMemory(from: value.pointer + Int(row) * bytes, byteCount: bytes)
    }
    let output = Variable(selected)
    tape?.record(output) { gradient in
      let source = gradient.converted(to: type)
      let whole = Tensor.zeros(self.shape, dtype: type)
      for (place, row) in rows.enumerated() {
        (whole.pointer + Int(row) * bytes).copyMemory(from: source.pointer + place * bytes, byteCount: bytes)
      }
      self.addGradient(whole)
    }
    return output
  }
}
