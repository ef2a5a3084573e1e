import LMAttention
import LMAutograd
import LMTensor
import LMTestSupport
import Testing

private let shape = AttentionShape(heads: 2, keyValueHeads: 1, headWidth: 6)

@Suite(.serialized) struct SequenceCacheTests {
  private let x = sampleTensor([600, shape.rowWidth], seed: 21, scale: 2)

  @Test(arguments: CacheType.allCases, [95, 96, 100])
  func `continuations that share a beginning do not see each other`(type: CacheType, prompt: Int) {
    let root = oneLayer(shape, type)
    _ = feed(x, shape, root, pieces: [prompt])
    let forks = (0..<3).map { _ in root.fork() }
    for round in 0..<3 {
      for (index, fork) in forks.enumerated() {
        let alone = oneLayer(shape, type)
        _ = feed(x, shape, alone, pieces: [prompt])
        var expected: [Double] = []
        for step in 0...round {
          expected = feed(x, shape, alone, pieces: [2], from: 200 + index * 50 + step * 2)
        }
        let rows = feed(x, shape, fork, pieces: [2], from: 200 + index * 50 + round * 2)
        #expect(relativeError(rows, expected) < 1e-6)
      }
    }
    #expect(root.count == prompt && forks.allSatisfy { $0.count == prompt + 6 })
  }

  @Test func `forks share memory`() {
    let root = oneLayer(shape, .float32)
    _ = feed(x, shape, root, pieces: [500])
    let before = TensorMemory.current.bytesInUse
    let forks = (0..<8).map { _ in root.fork() }
    // Other tests run meanwhile; eight copies would be 8 · 6 pages of 4.6 KB more.
    #expect(forks.allSatisfy { $0.byteCount == root.byteCount })
    #expect(TensorMemory.current.bytesInUse - before < 8 * root.byteCount || before == 0)
  }

  @Test(arguments: [0, 1, 95, 96, 97, 150]) func `what was cut off leaves no trace`(count: Int) {
    let cache = oneLayer(shape, .bfloat16), other = oneLayer(shape, .bfloat16)
    _ = feed(x, shape, cache, pieces: [200])
    #expect(cache.truncate(to: count) == count && cache.count == count)
    _ = feed(x, shape, other, pieces: count == 0 ? [] : [count])
    let rows = feed(x, shape, cache, pieces: [30, 1], from: 300)
    #expect(rows == feed(x, shape, other, pieces: [30, 1], from: 300))
  }

  @Test func `a window that is gone cannot be gone back to`() {
    let cache = oneLayer(shape, .float32, window: 20)
    _ = feed(x, shape, cache, pieces: [190, 10, 1], window: 20)
    #expect(!cache.layers[0].canTruncate(to: 100) && cache.layers[0].canTruncate(to: 195))
    #expect(cache.truncate(to: 195) == 195)
    let fresh = oneLayer(shape, .float32, window: 20)
    _ = feed(x, shape, fresh, pieces: [195], window: 20)
    let rows = feed(x, shape, cache, pieces: [3], window: 20, from: 300)
    #expect(relativeError(rows, feed(x, shape, fresh, pieces: [3], window: 20, from: 300)) < 1e-6)
    #expect(cache.truncate(to: 50) == 0 && cache.count == 0)
  }

  /// Rows as the model makes them: queries and keys turned to their positions.
  private func turned(_ rotary: RotaryPositions, _ rows: [Int], places: [Int]) -> Tensor {
    let tensor = Tensor([rows.count, shape.rowWidth])
    for (index, row) in rows.enumerated() {
      x.rows(row..<row + 1).copy(into: tensor.rows(index..<index + 1))
    }
    return rotary.rotate(
      Variable(tensor), heads: 3, headWidth: 6, places: places.map(Int32.init), tape: nil
    ).value
  }

  @Test(arguments: CacheType.allCases, [(4, 50), (0, 96), (100, 30), (97, 1)])
  func `keys that move are those of their new positions`(type: CacheType, cut: (keep: Int, discard: Int)) {
    let settings = RotarySettings(
      base: 10_000, width: cut.keep == 0 ? 4 : nil,
      scaling: cut.keep == 4
        ? .yarn(factor: 4, fast: 32, slow: 1, attention: 1.2, context: 64, truncates: true) : .none)
    let rotary = RotaryPositions(settings, headWidth: 6)
    let cache = oneLayer(shape, type)
    _ = feed(turned(rotary, Array(0..<200), places: Array(0..<200)), shape, cache, pieces: [200])
    cache.remove(cut.keep..<cut.keep + cut.discard) { _ in rotary }
    let rest = Array(0..<cut.keep) + Array(cut.keep + cut.discard..<200)
    #expect(cache.count == rest.count)
    let fresh = oneLayer(shape, type)
    _ = feed(
      turned(rotary, rest, places: Array(0..<rest.count)), shape, fresh, pieces: [rest.count])
    let next = turned(rotary, [300], places: [rest.count])
    let expected = feed(next, shape, fresh, pieces: [1])
    // The keys were rounded twice.
    let tolerance = [.float32: 1e-5, .bfloat16: 1e-2][type] ?? 3e-2
    #expect(relativeError(feed(next, shape, cache, pieces: [1]), expected) < tolerance)
  }

  @Test(arguments: [10, 150, 199]) func `a layer with a window keeps what it held`(removed: Int) {
    let cache = oneLayer(shape, .float32, window: 30)
    _ = feed(x, shape, cache, pieces: [100, 100, 100], window: 30)
    let held = cache.layers[0].held
    cache.remove(4..<removed) { _ in nil }
    #expect(cache.count == 300 - removed + 4)
    #expect(cache.layers[0].held.upperBound == cache.count)
    #expect(cache.layers[0].held.count >= min(held.count - max(0, removed - held.lowerBound), 29))
    let rows = feed(x, shape, cache, pieces: [1], window: 30, from: 400)
    let fresh = oneLayer(shape, .float32, window: 30)
    let rest = Tensor([cache.count - 1, shape.rowWidth])
    x.rows(removed..<300).copy(into: rest.rows(4..<cache.count - 1))
    x.rows(0..<4).copy(into: rest.rows(0..<4))
    _ = feed(rest, shape, fresh, pieces: [cache.count - 1], window: 30)
    #expect(relativeError(rows, feed(x, shape, fresh, pieces: [1], window: 30, from: 400)) < 1e-5)
  }
}
