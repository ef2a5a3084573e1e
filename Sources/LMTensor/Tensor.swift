import CLMKernels

/// A row-major, contiguous array of numbers of one type.
///
/// Rows of a block-quantised type are whole blocks: the size of the last axis is a multiple of the block's.
/// A tensor refers to its storage: copies and ``reshaped(_:)`` views share memory, and operations that
/// end in `InPlace` or fill a result write to it. Results of operations always own fresh storage.
public struct Tensor: Sendable {
  /// Sizes of the axes, outermost first; the last axis is contiguous.
  public let shape: [Int]
  /// How elements are stored.
  public let dtype: DType
  /// The memory.
  public let storage: Storage
  /// First byte of this tensor in its storage.
  public let byteOffset: Int

  /// An uninitialised tensor.
  public init(_ shape: [Int], dtype: DType = .float32) {
    self.init(shape, dtype: dtype, storage: Storage(byteCount: dtype.byteCount(of: shape.reduce(1, *))))
  }

  /// A view on `storage`.
  public init(_ shape: [Int], dtype: DType, storage: Storage, byteOffset: Int = 0) {
    precondition(shape.allSatisfy { $0 >= 0 }, "Tensor: negative size in \(shape)")
    self.shape = shape
    self.dtype = dtype
    self.storage = storage
    self.byteOffset = byteOffset
    precondition(
      columnCount % dtype.blockSize == 0,
      "Tensor: rows of \(shape) are not whole blocks of \(dtype.rawValue), \(dtype.blockSize) each")
    precondition(
      byteOffset + byteCount <= storage.byteCount,
      "Tensor: \(shape) of \(dtype) at byte \(byteOffset) exceeds a storage of \(storage.byteCount) bytes")
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    let tensor = Tensor(shape, dtype: dtype)
    tensor.clear()
    return tensor
  }

  /// A float32 tensor that holds `values` in row-major order.
  public init(_ values: [Float], shape: [Int]) {
    self.init(shape)
    precondition(values.count == elementCount, "Tensor: \(values.count) values for the shape \(shape)")
    values.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { pointer.copyMemory(from: base, byteCount: bytes.count) }
    }
  }

  /// Product of the sizes.
  public var elementCount: Int { shape.reduce(1, *) }
  /// Bytes of all elements; in blocks where ``DType/isQuantized``.
  public var byteCount: Int { dtype.byteCount(of: elementCount) }
  /// Size of the last axis, 1 for a scalar.
  public var columnCount: Int { shape.last ?? 1 }
  /// Product of all sizes but the last.
  public var rowCount: Int { shape.dropLast().reduce(1, *) }

  /// First element.
  public var pointer: UnsafeMutableRawPointer { storage.pointer + byteOffset }

  /// Elements of a float32 tensor.
  public var floats: UnsafeMutableBufferPointer<Float> {
    precondition(dtype == .float32, "Tensor.floats: the tensor is \(dtype)")
    return UnsafeMutableBufferPointer(
      start: pointer.assumingMemoryBound(to: Float.self), count: elementCount)
  }

  /// The same elements under other sizes.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(
      shape.reduce(1, *) == elementCount, "reshaped: \(self.shape) has no shape \(shape)")
    return Tensor(shape, dtype: dtype, storage: storage, byteOffset: byteOffset)
  }

  /// Rows `range` of the first axis, sharing memory.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= (shape.first ?? 0), "rows: \(range) of \(shape)")
    let rowBytes = dtype.byteCount(of: shape.dropFirst().reduce(1, *))
    return Tensor(
      [range.count] + shape.dropFirst(), dtype: dtype, storage: storage,
      byteOffset: byteOffset + range.lowerBound * rowBytes)
  }

  /// Sets every element to zero.
  public func clear() { pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }

  /// All elements as floats, in row-major order.
  public func toArray() -> [Float] {
    let wide = converted(to: .float32)
    return withExtendedLifetime(wide) { Array(wide.floats) }
  }
}
