import Glibc

/// Memory for tables that are read all over: in huge pages where the system has them, so that a look-up does
/// not wait for the address of its page.
enum HugePages {
  private static let size = 2 << 20

  /// `count` values, each `value`.
  static func allocate<Value: BitwiseCopyable>(
    _ count: Int, repeating value: Value
  ) -> UnsafeMutablePointer<Value> {
    let byteCount = MemoryLayout<Value>.stride * count
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, byteCount >= size ? size : 64, byteCount) == 0, let memory else {
      preconditionFailure("no memory for a table of \(byteCount) bytes")
    }
    if byteCount >= size { madvise(memory, byteCount, MADV_HUGEPAGE) }
    return memory.initializeMemory(as: Value.self, repeating: value, count: count)
  }

  /// Gives memory of ``allocate(_:repeating:)`` back.
  static func free<Value: BitwiseCopyable>(_ memory: UnsafeMutablePointer<Value>) { Glibc.free(memory) }
}
