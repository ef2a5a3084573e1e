import Glibc
import Synchronization

/// Recycles the memory of tensors, so that a training step finds the pages of the last one.
///
/// Sizes are rounded up to one of four classes per power of two; a freed block goes to the list of its
/// class and is handed out again. Blocks of 2 MiB and more are aligned for huge pages.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  private struct State {
    var free: [Int: [Block]] = [:]
    var bytesInUse = 0
  }

  private struct Block: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }

  private let state = Mutex(State())
  private static let hugePage = 2 << 20

  /// The class that holds `bytes`: the next of 1, 1.25, 1.5, 1.75 times a power of two, at least 64.
  static func classSize(_ bytes: Int) -> Int {
    guard bytes > 64 else { return 64 }
    let quarter = 1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount - 2)
    return (bytes + quarter - 1) / quarter * quarter
  }

  /// A block of the class `size`; its contents are undefined.
  func take(_ size: Int) -> UnsafeMutableRawPointer {
    let reused = state.withLock { state -> Block? in
      state.bytesInUse += size
      return state.free[size]?.popLast()
    }
    if let reused { return reused.pointer }
    var pointer: UnsafeMutableRawPointer?
    let alignment = size >= Self.hugePage ? Self.hugePage : 64
    guard posix_memalign(&pointer, alignment, size) == 0, let pointer else {
      fatalError("MemoryPool: the system refuses \(size) bytes")
    }
    if size >= Self.hugePage { madvise(pointer, size, MADV_HUGEPAGE) }
    return pointer
  }

  /// Gives a block of the class `size` back.
  func recycle(_ pointer: UnsafeMutableRawPointer, size: Int) {
    let block = Block(pointer: pointer)
    state.withLock { state in
      state.bytesInUse -= size
      state.free[size, default: []].append(block)
    }
  }

  /// Returns the memory of unused blocks to the system.
  func trim() {
    let blocks = state.withLock { state in
      let all = state.free.values.flatMap { $0 }
      state.free = [:]
      return all
    }
    for block in blocks { free(block.pointer) }
  }
}

/// Returns memory that no tensor uses to the system.
public func trimTensorMemory() { MemoryPool.shared.trim() }
