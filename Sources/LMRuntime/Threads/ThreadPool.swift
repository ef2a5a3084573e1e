import Glibc
import Synchronization

/// A fixed set of threads that run the parts of one operation at a time (fork–join).
///
/// Workers look for the next job for a moment after the last one, so that the next operation of a training
/// step finds them awake, and then sleep on a condition variable, so that an idle program uses no processor.
/// Parts are handed out one by one. Which thread runs a part is not fixed; callers make each
/// part's arithmetic independent of it, so results do not depend on the number of threads.
public final class ThreadPool: Sendable {
  /// The pool that tensor operations use. Its size is fixed at first use by ``configureShared(threads:)``.
  public static var shared: ThreadPool {
    sharedPool.withLock { pool in
      if let existing = pool { return existing }
      let created = ThreadPool(threads: processorCount)
      pool = created
      return created
    }
  }

  private static let sharedPool = Mutex<ThreadPool?>(nil)

  /// Processors of the machine that are switched on, at least 1.
  public static let processorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// Replaces the shared pool by one of `threads` threads (1 to 256).
  public static func configureShared(threads: Int) {
    precondition((1...256).contains(threads), "ThreadPool: \(threads) threads, expected 1...256")
    sharedPool.withLock { $0 = ThreadPool(threads: threads) }
  }

  /// Number of threads that work on a job, the caller included.
  public let threadCount: Int

  private let state: ThreadPoolState

  /// Starts `threads - 1` workers; the caller of ``run(_:_:)`` is the remaining one.
  public init(threads: Int) {
    threadCount = threads
    state = ThreadPoolState(workers: threads - 1)
    for index in 1..<max(1, threads) { state.startWorker(index) }
  }

  deinit { state.stop() }

  /// Runs `body(part, thread)` for every part in `0 ..< parts` and returns when all have finished.
  ///
  /// `thread` is in `0 ..< threadCount` and unique among the parts that run at the same time, so it may
  /// index scratch memory. A call from inside a part runs its parts one after the other.
  /// - Complexity: below 1 µs when workers are awake (`lm bench ceilings` measures it). A worker that sleeps
  ///   is called, and not waited for: the caller goes on with the parts that are left.
  public func run(_ parts: Int, _ body: (_ part: Int, _ thread: Int) -> Void) {
    guard parts > 0 else { return }
    if parts == 1 || threadCount == 1 || !state.enter() {
      for part in 0..<parts { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { state.runJob(parts: parts, body: $0) }
    }
    state.leave()
  }
}
