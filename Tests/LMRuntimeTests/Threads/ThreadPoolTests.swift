import Glibc
import LMRuntime
import LMTestSupport
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8]) func `every part runs exactly once`(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for parts in [0, 1, 2, 7, 1000] {
      let counts = UnsafeMutablePointer<Int>.allocate(capacity: max(1, parts))
      counts.initialize(repeating: 0, count: max(1, parts))
      defer { counts.deallocate() }
      pool.run(parts) { part, thread in
        #expect((0..<threads).contains(thread))
        counts[part] += 1
      }
      for part in 0..<parts { #expect(counts[part] == 1) }
    }
  }

  @Test func `a call from inside a part completes`() {
    let pool = ThreadPool(threads: 2)
    let total = Atomic<Int>(0)
    pool.run(4) { _, _ in
      pool.run(5) { _, _ in total.add(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 20)
  }

  @Test func `ten thousand jobs in a row all finish`() {
    let pool = ThreadPool(threads: 3)
    let total = Atomic<Int>(0)
    for _ in 0..<10_000 { pool.run(3) { _, _ in total.add(1, ordering: .relaxed) } }
    #expect(total.load(ordering: .relaxed) == 30_000)
  }

  @Test(arguments: [2, 3, 8]) func `every thread takes part, also after it has slept`(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for round in 0..<5 {
      let arrived = Atomic<Int>(0)
      let seen = Mutex(Set<Int>())
      // No part ends before all have begun, so each has a thread of its own.
      pool.run(threads) { _, thread in
        seen.withLock { _ = $0.insert(thread) }
        arrived.add(1, ordering: .relaxed)
        while arrived.load(ordering: .relaxed) < threads { sched_yield() }
      }
      #expect(seen.withLock { $0 } == Set(0..<threads))
      if round > 2 { usleep(3000) }
    }
  }

  @Test(arguments: [2, 3, 8]) func `jobs of changing sizes from several callers lose no part`(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let total = Atomic<Int>(0)
    let callers = ThreadPool(threads: 3)
    callers.run(3) { caller, _ in
      for job in 0..<3000 {
        pool.run((job * 7 + caller) % 11) { part, _ in total.add(part + 1, ordering: .relaxed) }
      }
    }
    let expected = (0..<3).reduce(0) { sum, caller in
      (0..<3000).reduce(sum) { $0 + (($1 * 7 + caller) % 11) * (($1 * 7 + caller) % 11 + 1) / 2 }
    }
    #expect(total.load(ordering: .relaxed) == expected)
  }

  @Test(arguments: [1, 2, 3, 8]) func `an empty job is cheap`(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for _ in 0..<1000 { pool.run(threads) { _, _ in } }
    let time = processorTime {
      for _ in 0..<10_000 { pool.run(threads) { _, _ in } }
    }
    // Time of the caller's own: measured 0.1 µs a job, and calls of sleepers. A caller that waits for threads
    // that took no part needed 30 µs with eight threads on two processors.
    #expect(time < .microseconds(10_000 * 10), "\(time) for 10,000 jobs")
  }

  @Test func `an idle pool uses no processor`() async throws {
    let pool = ThreadPool(threads: 4)
    let workers = Mutex<[Int: clockid_t]>([:])
    let arrived = Atomic<Int>(0)
    pool.run(4) { _, thread in
      var clock = clockid_t()
      pthread_getcpuclockid(pthread_self(), &clock)
      workers.withLock { $0[thread] = clock }
      arrived.add(1, ordering: .relaxed)
      while arrived.load(ordering: .relaxed) < 4 { sched_yield() }
    }
    let clocks = workers.withLock { all in all.filter { $0.key != 0 }.map(\.value) }
    #expect(clocks.count == 3)
    func used() -> Duration {
      clocks.reduce(.zero) { sum, clock in
        var time = timespec()
        clock_gettime(clock, &time)
        return sum + .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
      }
    }
    // They look for a job for 0.1 ms of their own and then sleep; a busy machine may stretch that.
    var before = used()
    for _ in 0..<50 {
      try await Task.sleep(for: .milliseconds(100))
      let now = used()
      if now == before { break }
      before = now
    }
    try await Task.sleep(for: .milliseconds(200))
    #expect(used() - before < .milliseconds(1))
    withExtendedLifetime(pool) {}
  }
}
