import LMRuntime

/// Splits `count` units of work into parts of at least `grain` and runs them on the shared pool.
///
/// Parts are a multiple of `multiple` units long. The split depends on the number of threads, so `body`
/// must give every unit the same result in any split.
@inline(__always)
public func parallel(
  _ count: Int, grain: Int, multiple: Int = 1, _ body: (Range<Int>) -> Void
) {
  guard count > 0 else { return }
  let pool = ThreadPool.shared
  let wanted = max(1, min(pool.threadCount * 4, count / max(1, grain)))
  if wanted == 1 || pool.threadCount == 1 {
    body(0..<count)
    return
  }
  let size = ((count + wanted - 1) / wanted + multiple - 1) / multiple * multiple
  pool.run((count + size - 1) / size) { part, _ in body(part * size..<min(count, (part + 1) * size)) }
}

/// Units of 64 KiB of work that one thread should at least have before a second one is worth waking.
public let elementGrain = 16_384

/// Sums partial results in a fixed order: `count` units in `chunks` chunks that do not depend on threads.
///
/// `body(range, chunk)` handles one chunk; chunks are disjoint and the same for any number of threads.
public func fixedChunks(_ count: Int, chunks: Int, _ body: (Range<Int>, Int) -> Void) {
  guard count > 0 else { return }
  let size = (count + chunks - 1) / chunks
  ThreadPool.shared.run((count + size - 1) / size) { part, _ in
    body(part * size..<min(count, (part + 1) * size), part)
  }
}
