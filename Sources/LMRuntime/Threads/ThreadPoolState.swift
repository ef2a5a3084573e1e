import Glibc
import Synchronization

/// What workers and callers share. Lives until the last worker has stopped.
///
/// `open` holds the number of the job in its high half and the parts that nobody has taken in its low half.
/// A thread takes a part by lowering `open` with a compare-exchange, so it cannot take a part of another job
/// than the one it saw. A job ends when `unfinished` is 0, and that counts taken parts only: threads that
/// took none are not waited for. `parts` and `body` are written before `open` (release) and read after a part
/// was taken (acquire), and while that part is unfinished the caller does not return.
final class ThreadPoolState: @unchecked Sendable {
  typealias Body = (_ part: Int, _ thread: Int) -> Void

  private let workers: Int
  private var parts = 0
  private var body: UnsafePointer<Body>?
  private let open = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let occupied = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private static let openParts: UInt64 = 0xFFFF_FFFF

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

  func runJob(parts: Int, body: UnsafePointer<Body>) {
    precondition(parts <= Self.openParts, "ThreadPool: \(parts) parts, at most \(Self.openParts)")
    self.parts = parts
    self.body = body
    unfinished.store(parts, ordering: .relaxed)
    let number = (open.load(ordering: .relaxed) & ~Self.openParts) &+ (Self.openParts + 1)
    // Sequentially consistent, as is the sleeper's look: one of the two sees the other.
    open.store(number | UInt64(parts), ordering: .sequentiallyConsistent)
    wake(min(parts - 1, workers))
    work(thread: 0)
    var looks = 0
    while unfinished.load(ordering: .acquiring) > 0 {
      looks += 1
      if looks & 0x3FF == 0 { sched_yield() }
    }
  }

  /// Calls sleepers until `wanted` workers are awake.
  private func wake(_ wanted: Int) {
    let asleep = sleepers.load(ordering: .sequentiallyConsistent)
    let missing = min(asleep, wanted - (workers - asleep))
    guard missing > 0 else { return }
    pthread_mutex_lock(mutex)
    for _ in 0..<missing { pthread_cond_signal(condition) }
    pthread_mutex_unlock(mutex)
  }

  /// Runs parts until none is open. All are of one job: it cannot end before they are counted as finished.
  private func work(thread: Int) {
    var finished = 0
    while let remaining = takePart() {
      guard let body else { preconditionFailure("ThreadPool: a part without work") }
      body.pointee(parts - remaining, thread)
      finished += 1
    }
    if finished > 0 { unfinished.subtract(finished, ordering: .releasing) }
  }

  /// Takes a part and returns how many were open, or nil when none was.
  private func takePart() -> Int? {
    var seen = open.load(ordering: .acquiring)
    while seen & Self.openParts > 0 {
      let result = open.weakCompareExchange(expected: seen, desired: seen - 1, ordering: .acquiring)
      if result.exchanged { return Int(seen & Self.openParts) }
      seen = result.original
    }
    return nil
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

  private func workerLoop(_ index: Int) {
    // More threads than processors only take turns: those beyond do not look, they are called.
    let patience = index < ThreadPool.processorCount ? Self.patience : 0
    while !stopping.load(ordering: .acquiring) {
      work(thread: index)
      if !findsJob(within: patience) { sleep() }
    }
  }

  /// Nanoseconds that a worker looks for a job before it sleeps: longer than the serial part between two
  /// operations of a step, shorter than anything a person notices.
  private static let patience = 100_000

  private var hasWork: Bool {
    open.load(ordering: .sequentiallyConsistent) & Self.openParts > 0
      || stopping.load(ordering: .sequentiallyConsistent)
  }

  private func findsJob(within nanoseconds: Int) -> Bool {
    guard nanoseconds > 0 else { return hasWork }
    let start = Self.now()
    while true {
      // About 4 µs: then others that wait for this processor get it, the caller among them.
      for _ in 0..<2048 {
        if open.load(ordering: .acquiring) & Self.openParts > 0 { return true }
      }
      if stopping.load(ordering: .acquiring) { return true }
      if Self.now() - start > nanoseconds { return false }
      sched_yield()
    }
  }

  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Waits to be called. Wakes without a cause are harmless: the worker looks for a job and sleeps again.
  private func sleep() {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    if !hasWork { pthread_cond_wait(condition, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

private final class WorkerContext {
  let state: ThreadPoolState
  let index: Int
  init(state: ThreadPoolState, index: Int) {
    self.state = state
    self.index = index
  }
}
