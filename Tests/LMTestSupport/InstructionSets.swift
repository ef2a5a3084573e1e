import Glibc
import LMRuntime
import LMTensor

/// Held by the one test that changes or relies on what is global: the kernels in use and the shared pool.
///
/// All tests run in one process at the same time. Recursive, so that laws may be nested.
private final class GlobalSettings: Sendable {
  static let shared = GlobalSettings()
  nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  private init() {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
  }

  func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}

/// Runs `body` once with the kernels of every instruction set that this processor has.
///
/// The choice is global; tests of other laws that run at the same time then use it too, which changes none
/// but those about equal bits: they belong into ``withFixedKernels(_:)``.
public func onEveryInstructionSet(_ body: (InstructionSet) throws -> Void) rethrows {
  try GlobalSettings.shared.withLock {
    defer { Kernels.select(nil) }
    for set in Kernels.available {
      Kernels.select(set)
      try body(set)
    }
  }
}

/// Runs `body` while no other test changes kernels or threads: for laws about equal bits.
public func withFixedKernels<Result>(_ body: () throws -> Result) rethrows -> Result {
  try GlobalSettings.shared.withLock(body)
}

/// What `body` gives with shared pools of so many threads, with the kernels fixed meanwhile.
public func onThreadCounts<Result>(_ counts: [Int], _ body: (Int) throws -> Result) rethrows -> [Result] {
  try GlobalSettings.shared.withLock {
    defer { ThreadPool.configureShared(threads: ThreadPool.processorCount) }
    return try counts.map { threads in
      ThreadPool.configureShared(threads: threads)
      return try body(threads)
    }
  }
}
