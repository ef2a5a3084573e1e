/// Memory that tensors share: from the pool, or lent by somebody who is kept alive (a mapped file).
public final class Storage: @unchecked Sendable {
  /// First byte, aligned to 64 when it comes from the pool.
  public let pointer: UnsafeMutableRawPointer
  /// Bytes that may be used.
  public let byteCount: Int

  private let poolSize: Int?
  private let owner: (any Sendable)?

  /// Uninitialised memory from the pool.
  public init(byteCount: Int) {
    let size = MemoryPool.blockSize(byteCount)
    self.byteCount = byteCount
    poolSize = size
    owner = nil
    pointer = MemoryPool.shared.take(size)
  }

  /// Read-only memory that `owner` keeps alive; writing to it is a fault.
  public init(borrowing bytes: UnsafeRawBufferPointer, owner: any Sendable) {
    guard let base = bytes.baseAddress else { preconditionFailure("Storage: no bytes to borrow") }
    pointer = UnsafeMutableRawPointer(mutating: base)
    byteCount = bytes.count
    poolSize = nil
    self.owner = owner
  }

  deinit {
    if let poolSize { MemoryPool.shared.recycle(pointer, size: poolSize) }
  }
}
