import LMGeneration
import LMTestSupport
import Testing

@Suite struct LogitScanTests {
  /// The greedy choice is the scan: sizes around its block of 16, the best at every place.
  @Test(arguments: [1, 2, 7, 15, 16, 17, 31, 32, 33, 1000]) func `the best is found wherever it stands`(
    size: Int
  ) throws {
    for place in 0..<min(size, 70) {
      var logits = randomLogits(size, seed: UInt64(size))
      logits[place] = 50
      if size > place + 20 { logits[place + 20] = 50 }
      var sampler = try Sampler(.greedy)
      #expect(try logits.withUnsafeMutableBufferPointer { try sampler.next(after: [], $0) } == Int32(place))
    }
  }

  @Test(arguments: [7, 16, 40]) func `no number anywhere is an error`(size: Int) throws {
    for place in 0..<size {
      for value in [Float.nan, .infinity] {
        var logits = randomLogits(size, seed: 1)
        logits[place] = value
        var sampler = try Sampler(.greedy)
        #expect(throws: (any Error).self) {
          try logits.withUnsafeMutableBufferPointer { _ = try sampler.next(after: [], $0) }
        }
      }
    }
  }
}
