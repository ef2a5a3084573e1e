import LMTensor

/// Keys and values of the tokens that one layer has seen: `[B, capacity, G·d]` each.
public final class KeyValueCache {
  /// Positions that fit.
  public let capacity: Int
  /// Positions in use.
  public private(set) var count = 0
  let keys: Tensor
  let values: Tensor

  /// An empty cache for `batch` sequences.
  public init(batch: Int, capacity: Int, shape: AttentionShape, dtype: DType) {
    self.capacity = capacity
    keys = Tensor([batch, capacity, shape.keyWidth], dtype: dtype)
    values = Tensor([batch, capacity, shape.keyWidth], dtype: dtype)
  }

  /// Forgets the positions from `count` on.
  public func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "KeyValueCache: truncate \(self.count) to \(count)")
    self.count = count
  }

  /// Copies keys and values of the rows `[B · T, row width]` behind the cached ones.
  func append(_ rows: Tensor, shape: AttentionShape, batch: Int) {
    let tokens = rows.rowCount / batch
    precondition(
      count + tokens <= capacity, "KeyValueCache: \(count) + \(tokens) positions exceed \(capacity)")
    let width = shape.keyWidth
    let stride = rows.columnCount
    for sequence in 0..<batch {
      for token in 0..<tokens {
        let source =
          rows.pointer + ((sequence * tokens + token) * stride + shape.queryWidth) * rows.dtype.byteCount
        let target = (sequence * capacity + count + token) * width * keys.dtype.byteCount
        let (from, to) = (rows.dtype.kernelType, keys.dtype.kernelType)
        Kernels.table.pointee.convert(from, to, width, source, keys.pointer + target)
        Kernels.table.pointee.convert(
          from, to, width, source + width * rows.dtype.byteCount, values.pointer + target)
      }
    }
    count += tokens
  }
}
