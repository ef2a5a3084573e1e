import LMGeneration
import Testing

@Suite struct TopNSigmaSamplingTests {
  /// arXiv 2411.07641, algorithm 1.
  @Test(arguments: [1, 2, 7, 33, 1000]) func `it keeps what is within n deviations of the best`(size: Int) {
    for seed in 1...5 as ClosedRange<UInt64> {
      let logits = randomLogits(size, seed: seed)
      let mean = logits.reduce(0) { $0 + Double($1) } / Double(size)
      let variance = logits.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(size)
      for count in [Float(0.3), 1, 2.5] {
        let lowest = Double(logits.max() ?? 0) - Double(count) * variance.squareRoot()
        #expect(
          kept(logits) { $0.keepTopNSigma(count) } == logits.indices.filter { Double(logits[$0]) >= lowest })
      }
      #expect(kept(logits) { $0.keepTopNSigma(-1) }.count == size)
    }
  }

  @Test func `temperature does not change what is left`() {
    let logits = randomLogits(500, seed: 3)
    let cold = kept(logits.map { $0 / 4 }) { $0.keepTopNSigma(1) }
    #expect(kept(logits) { $0.keepTopNSigma(1) } == cold)
  }
}
