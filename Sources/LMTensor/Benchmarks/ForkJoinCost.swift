import Glibc
import LMRuntime
import Synchronization

/// What it costs to hand work to the threads of a pool and to wait for its end, in seconds.
public struct ForkJoinCost: Sendable, Equatable {
  /// A job of one empty part per thread, whoever runs them.
  public let emptyJob: RepeatedTiming
  /// A job in which every thread runs one part, and no part ends before all have begun: the time in which
  /// all threads have heard of the job and the caller of its end.
  public let meeting: RepeatedTiming

  /// Runs both jobs `runs` times on awake workers of `pool`, which has nothing else to do.
  ///
  /// In batches with pauses between: the system lets sleepers wake on a free processor, while threads that
  /// run may share one for some milliseconds when other programs use the machine.
  public static func measure(_ pool: ThreadPool = .shared, runs: Int = 2000) -> ForkJoinCost {
    func timing(_ job: () -> Void) -> RepeatedTiming {
      let batch = max(1, runs / 20)
      var times: [Double] = []
      while times.count < runs {
        usleep(2000)
        // Wakes the workers.
        for _ in 0..<batch { job() }
        for _ in 0..<batch { times.append(RepeatedTiming.seconds(job)) }
      }
      return RepeatedTiming(times)
    }
    let arrived = Atomic<Int>(0)
    return ForkJoinCost(
      emptyJob: timing { pool.run(pool.threadCount) { _, _ in } },
      meeting: timing {
        arrived.store(0, ordering: .relaxed)
        pool.run(pool.threadCount) { _, _ in meet(arrived, pool.threadCount) }
      })
  }

  /// Waits until `count` parts have come here; not for ever, since a pool in use runs them one by one.
  private static func meet(_ arrived: borrowing Atomic<Int>, _ count: Int) {
    arrived.add(1, ordering: .relaxed)
    var looks = 0
    while arrived.load(ordering: .relaxed) < count, looks < 200_000 {
      looks += 1
      if looks & 0xFFF == 0 { sched_yield() }
    }
  }
}
