import Glibc
import Synchronization

/// A fixed set of threads that run the parts of one operation at a time (fork–join).
///
/// Workers spin for some microseconds after a job, so that the next operation of a training step finds
/// them awake, and then sleep on a condition variable, so that an idle program uses no processor.
/// Parts are handed out by an atomic counter. Which thread runs a part is not fixed; callers make each
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

  private let state: SharedState

  /// Starts `threads - 1` workers; the caller of ``run(_:_:)`` is the remaining one.
  public init(threads: Int) {
    threadCount = threads
    state = SharedState(workers: threads - 1)
    for index in 1..<max(1, threads) { state.startWorker(index) }
  }

  deinit { state.stop() }

  /// Runs `body(part, thread)` for every part in `0 ..< parts` and returns when all have finished.
  ///
  /// `thread` is in `0 ..< threadCount` and unique among the parts that run at the same time, so it may
  /// index scratch memory. A call from inside a part runs its parts one after the other.
  /// - Complexity: fork–join costs 1–3 µs when workers are awake.
  public func run(_ parts: Int, _ body: (_ part: Int, _ thread: Int) -> Void) {
    guard parts > 0 else { return }
    if parts == 1 || threadCount == 1 || !state.enter() {
      for part in 0..<parts { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      state.runJob(Job(parts: parts, body: body))
    }
    state.leave()
  }
}

/// The work of one fork–join.
private struct Job {
  let parts: Int
  let body: (Int, Int) -> Void
}

/// What workers and callers share. Lives until the last worker has stopped.
private final class SharedState: @unchecked Sendable {
  private let workers: Int
  private var job: Job?
  private let generation = Atomic<Int>(0)
  private let nextPart = Atomic<Int>(0)
  private let busyWorkers = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let occupied = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(workers: Int) {
    self.workers = workers
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Claims the pool; false while another job runs (a nested or a concurrent call).
  func enter() -> Bool {
    occupied.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func leave() { occupied.store(false, ordering: .releasing) }

  func runJob(_ newJob: Job) {
    job = newJob
    nextPart.store(0, ordering: .relaxed)
    busyWorkers.store(workers, ordering: .relaxed)
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
    work(newJob, thread: 0)
    var spins = 0
    while busyWorkers.load(ordering: .acquiring) > 0 {
      spins += 1
      if spins & 0x3FF == 0 { sched_yield() }
    }
    job = nil
  }

  private func work(_ job: Job, thread: Int) {
    while true {
      let part = nextPart.add(1, ordering: .relaxed).oldValue
      guard part < job.parts else { return }
      job.body(part, thread)
    }
  }

  func startWorker(_ index: Int) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(WorkerContext(state: self, index: index))
    let result = pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let context = Unmanaged<WorkerContext>.fromOpaque(raw).takeRetainedValue()
        context.state.workerLoop(context.index)
        return nil
      }, context.toOpaque())
    precondition(result == 0, "ThreadPool: the system refuses a thread (error \(result))")
    pthread_detach(thread)
  }

  /// Spins of about 1 ns each before a worker sleeps: longer than the serial part between two
  /// operations of a step, shorter than anything a person notices.
  private static let spinLimit = 60_000

  private func workerLoop(_ index: Int) {
    var seen = 0
    while true {
      var spins = 0
      while generation.load(ordering: .acquiring) == seen {
        spins += 1
        if spins & 0xFFF == 0 { sched_yield() }
        if spins > Self.spinLimit { sleepUntilGenerationLeaves(seen) }
      }
      seen = generation.load(ordering: .acquiring)
      if stopping.load(ordering: .acquiring) { return }
      if let job { work(job, thread: index) }
      busyWorkers.subtract(1, ordering: .releasing)
    }
  }

  private func sleepUntilGenerationLeaves(_ seen: Int) {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(condition, mutex)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  func stop() {
    stopping.store(true, ordering: .releasing)
    generation.add(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

private final class WorkerContext {
  let state: SharedState
  let index: Int
  init(state: SharedState, index: Int) {
    self.state = state
    self.index = index
  }
}
