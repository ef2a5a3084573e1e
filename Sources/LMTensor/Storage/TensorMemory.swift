/// Bytes that tensors use, in blocks as the pool rounds them.
public struct TensorMemory: Sendable, Equatable {
  /// In use now.
  public private(set) var bytesInUse = 0
  /// The most that was in use at one moment.
  public private(set) var peakBytes = 0
  /// Taken from the system so far.
  public private(set) var bytesFromSystem = 0
  /// How often the system was asked for memory.
  public private(set) var systemAllocations = 0

  /// Of all tensors of this process.
  public static var current: TensorMemory { MemoryPool.shared.statistics }

  mutating func take(_ size: Int) {
    bytesInUse += size
    peakBytes = max(peakBytes, bytesInUse)
  }

  mutating func give(_ size: Int) { bytesInUse -= size }

  mutating func grow(_ size: Int) {
    bytesFromSystem += size
    systemAllocations += 1
  }
}
