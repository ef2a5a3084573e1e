import LMRuntime
import LMTensor
import Testing

@Suite struct FreeSpansTests {
  /// Against a map of single bytes: what is taken was free and is taken once, and the spans are the longest
  /// stretches of what is free.
  @Test(arguments: 0..<20) func `whatever is taken and given back, every byte has one owner`(seed: UInt64) {
    var random = RandomStream(seed: seed)
    var spans = FreeSpans()
    var isFree = [Bool](repeating: false, count: 600)
    var blocks: [Range<Int>] = [0..<250, 300..<600]  // two stretches that never touch
    func give(_ block: Range<Int>) {
      spans.insert(block.lowerBound, size: block.count)
      for byte in block { isFree[byte] = true }
    }
    blocks.forEach(give)
    blocks = []
    for _ in 0..<400 {
      if random.uniform(below: 5) < 2, !blocks.isEmpty {
        give(blocks.remove(at: random.uniform(below: blocks.count)))
      } else {
        let size = 1 + random.uniform(below: 60)
        var expected = spans.spans.map(\.size)
        let best = expected.filter { $0 >= size }.min()
        guard let start = spans.take(size) else {
          #expect(best == nil)
          continue
        }
        #expect(isFree[start..<start + size].allSatisfy { $0 })
        for byte in start..<start + size { isFree[byte] = false }
        blocks.append(start..<start + size)
        // Best fit: one of the shortest is gone, except for what the block did not need.
        if let best, let place = expected.firstIndex(of: best) {
          expected[place] -= size
          #expect(spans.spans.map(\.size).sorted() == expected.filter { $0 > 0 }.sorted())
        }
      }
      var stretches: [FreeSpans.Span] = []
      for byte in isFree.indices where isFree[byte] {
        if let last = stretches.last, last.start + last.size == byte {
          stretches[stretches.count - 1].size += 1
        } else {
          stretches.append(FreeSpans.Span(start: byte, size: 1))
        }
      }
      #expect(spans.spans == stretches)
    }
    blocks.forEach(give)
    #expect(spans.spans == [FreeSpans.Span(start: 0, size: 250), FreeSpans.Span(start: 300, size: 300)])
  }

  @Test func `the shortest span that is long enough is used, at its end`() {
    var spans = FreeSpans()
    for (start, size) in [(0, 100), (200, 30), (300, 40)] { spans.insert(start, size: size) }
    #expect(spans.take(25) == 205)
    #expect(spans.take(35) == 305)
    #expect(spans.take(101) == nil)
    #expect(spans.take(100) == 0)
    #expect(spans.byteCount == 10)
  }
}
