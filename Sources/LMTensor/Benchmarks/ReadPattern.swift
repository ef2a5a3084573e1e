import CLMKernels
import Glibc
import LMRuntime

/// A way to walk through memory; which one is fastest differs from machine to machine.
public struct ReadPattern: Sendable, Equatable, CustomStringConvertible {
  /// Places of a thread's share that are read in step: 1, 2, 4 or 8.
  public let streams: Int
  /// Bytes ahead of each place that are asked for in advance, 0 for none.
  public let prefetchBytes: Int
  /// Whether the memory is asked to consist of pages of 2 MiB.
  public let hasHugePages: Bool

  /// In words, for a person: `4 streams, prefetch 1024 bytes ahead, huge pages`.
  public var description: String {
    let ahead = prefetchBytes == 0 ? "no prefetch" : "prefetch \(prefetchBytes) bytes ahead"
    return
      "\(streams) \(streams == 1 ? "stream" : "streams"), \(ahead), \(hasHugePages ? "huge" : "small") pages"
  }

  /// The fastest of all patterns over `bytes` bytes, shared among the threads of the pool, with its rate.
  static func best(bytes: Int, repeats: Int) -> (ReadPattern, MachineCeilings.Rate) {
    var best: (pattern: ReadPattern, times: [Double])?
    for hasHugePages in [false, true] {
      let memory = PagedMemory(bytes, hasHugePages: hasHugePages)
      var local: (pattern: ReadPattern, times: [Double])?
      for streams in [1, 2, 4, 8] {
        for prefetchBytes in [0, 512, 2048] {
          let pattern = ReadPattern(
            streams: streams, prefetchBytes: prefetchBytes, hasHugePages: hasHugePages)
          let times = (0..<3).map { _ in pattern.seconds(memory) }
          if (times.min() ?? .infinity) < (local?.times.min() ?? .infinity) { local = (pattern, times) }
        }
      }
      guard var found = local else { continue }
      for _ in 3..<max(4, repeats) { found.times.append(found.pattern.seconds(memory)) }
      if (found.times.min() ?? .infinity) < (best?.times.min() ?? .infinity) { best = found }
    }
    guard let best else { preconditionFailure("ReadPattern: no pattern was measured") }
    return (best.pattern, MachineCeilings.Rate(Double(bytes), in: RepeatedTiming(best.times)))
  }

  /// Seconds that all threads together take to read the memory once.
  private func seconds(_ memory: PagedMemory) -> Double {
    let pool = ThreadPool.shared
    let share = memory.byteCount / pool.threadCount / 4096 * 4096
    let read = Kernels.table.pointee.read_bytes
    let time = RepeatedTiming.seconds {
      pool.run(pool.threadCount) { part, _ in
        let bytes = part + 1 < pool.threadCount ? share : memory.byteCount - part * share
        _ = read?(memory.pointer + part * share, bytes, streams, prefetchBytes)
      }
    }
    return time
  }
}

/// Fresh memory of the system, written once so that all its pages exist.
private final class PagedMemory {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int

  init(_ byteCount: Int, hasHugePages: Bool) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), base != MAP_FAILED else {
      preconditionFailure("PagedMemory: the system refuses \(byteCount) bytes")
    }
    // A wish: a system without transparent huge pages refuses it, and both kinds measure the same.
    madvise(base, byteCount, hasHugePages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE)
    base.initializeMemory(as: UInt8.self, repeating: 1, count: byteCount)
    pointer = base
    self.byteCount = byteCount
  }

  deinit { munmap(pointer, byteCount) }
}
