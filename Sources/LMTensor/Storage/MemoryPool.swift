import Glibc
import Synchronization

/// Recycles the memory of tensors, so that a training step finds the pages of the last one.
///
/// Small sizes are rounded up to one of four classes per power of two; a freed block goes to the list of its
/// class and is handed out again. Large ones are cut from a few stretches of memory that ask for huge pages:
/// what one moment of a step used for activations, the next uses for gradients, whatever their sizes.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  private struct State {
    var small: [Int: [Block]] = [:]
    var large = FreeSpans()
    /// Lowest address of the newest stretch: the next one is asked for right below.
    var bottom = 0
    var statistics = TensorMemory()
  }

  private struct Block: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }

  private let state = Mutex(State())
  private static let hugePage = 2 << 20
  private static let page = 4096
  /// From here on sizes are whole pages, cut from stretches.
  private static let large = 64 << 10

  /// What a block for `bytes` takes: whole pages, or the next of 1, 1.25, 1.5, 1.75 times a power of two, at
  /// least 64.
  static func blockSize(_ bytes: Int) -> Int {
    if bytes > large { return (bytes + page - 1) / page * page }
    guard bytes > 64 else { return 64 }
    let quarter = 1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount - 2)
    return (bytes + quarter - 1) / quarter * quarter
  }

  /// A block of a ``blockSize(_:)``; its contents are undefined.
  func take(_ size: Int) -> UnsafeMutableRawPointer {
    state.withLock { state in
      state.statistics.take(size)
      return size > Self.large ? Self.takeLarge(size, &state) : Self.takeSmall(size, &state)
    }.pointer
  }

  /// Gives a block of `size` back.
  func recycle(_ pointer: UnsafeMutableRawPointer, size: Int) {
    let block = Block(pointer: pointer)
    state.withLock { state in
      state.statistics.give(size)
      if size > Self.large {
        state.large.insert(Int(bitPattern: block.pointer), size: size)
      } else {
        state.small[size, default: []].append(block)
      }
    }
  }

  private static func takeSmall(_ size: Int, _ state: inout State) -> Block {
    if let block = state.small[size]?.popLast() { return block }
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, 64, size) == 0, let pointer else {
      fatalError("MemoryPool: the system refuses \(size) bytes")
    }
    state.statistics.grow(size)
    return Block(pointer: pointer)
  }

  private static func takeLarge(_ size: Int, _ state: inout State) -> Block {
    var address = state.large.take(size)
    if address == nil {
      grow(size, &state)
      address = state.large.take(size)
    }
    guard let address, let pointer = UnsafeMutableRawPointer(bitPattern: address) else {
      fatalError("MemoryPool: the system refuses \(size) bytes")
    }
    return Block(pointer: pointer)
  }

  /// Extends the newest stretch downwards so that `size` bytes are free at its bottom, or begins another.
  private static func grow(_ size: Int, _ state: inout State) {
    let first = state.large.spans.first { $0.start == state.bottom }
    for needed in [size - (first?.size ?? 0), size] {
      let length = (needed + hugePage - 1) / hugePage * hugePage
      guard let start = map(length, below: state.bottom) else { continue }
      let isBelow = start + length == state.bottom
      state.bottom = start
      state.statistics.grow(length)
      state.large.insert(start, size: length)
      if isBelow || needed == size { return }
    }
  }

  /// `length` bytes aligned for huge pages, if possible right below `bottom`.
  private static func map(_ length: Int, below bottom: Int) -> Int? {
    func mapped(_ hint: Int, _ length: Int) -> Int? {
      let pointer = mmap(
        UnsafeMutableRawPointer(bitPattern: hint), length, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      return pointer == MAP_FAILED ? nil : Int(bitPattern: pointer)
    }
    func unmap(_ start: Int, _ length: Int) {
      if length > 0 { munmap(UnsafeMutableRawPointer(bitPattern: start), length) }
    }
    guard var start = mapped(bottom > length ? bottom - length : 0, length) else { return nil }
    if start % hugePage != 0 {
      unmap(start, length)
      guard let loose = mapped(0, length + hugePage) else { return nil }
      start = (loose + hugePage - 1) / hugePage * hugePage
      unmap(loose, start - loose)
      unmap(start + length, loose + hugePage - start)
    }
    madvise(UnsafeMutableRawPointer(bitPattern: start), length, MADV_HUGEPAGE)
    return start
  }

  /// What is in use, and what was.
  var statistics: TensorMemory { state.withLock { $0.statistics } }

  /// Returns the memory of unused blocks to the system.
  func trim() {
    state.withLock { state in
      for block in state.small.values.joined() { free(block.pointer) }
      state.small = [:]
      for span in state.large.spans {
        madvise(UnsafeMutableRawPointer(bitPattern: span.start), span.size, MADV_DONTNEED)
      }
    }
  }
}

/// Returns memory that no tensor uses to the system.
public func trimTensorMemory() { MemoryPool.shared.trim() }
