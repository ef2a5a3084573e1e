import LMRuntime
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
}
