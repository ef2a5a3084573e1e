import LMGeneration
import Testing

@Suite struct XTCSamplingTests {
  @Test(arguments: [1, 2, 7, 33, 1000]) func `of the top choices the least probable stays`(size: Int) {
    for seed in 1...5 as ClosedRange<UInt64> {
      let logits = randomLogits(size, seed: seed)
      let shares = softmax(logits)
      for threshold in [Float(0), 0.01, 0.1, 0.3, 0.5, 0.6] {
        var top = shares.indices.filter { shares[$0] >= Double(threshold) && threshold <= 0.5 }
        top.sort { shares[$0] > shares[$1] }
        let excluded = Set(top.dropLast())
        #expect(
          kept(logits) { $0.excludeTopChoices(threshold: threshold) }
            == logits.indices.filter { !excluded.contains($0) }, "\(threshold)")
      }
    }
  }

  @Test func `it happens as often as asked for`() throws {
    var settings = SamplingSettings()
    (settings.xtcProbability, settings.temperature) = (0.3, 1)
    var sampler = try Sampler(settings)
    // Without XTC the second token is drawn with probability 0.27, with it always.
    let draws = try (0..<4000).map { _ in
      var logits: [Float] = [2, 1, -9]
      return try logits.withUnsafeMutableBufferPointer { try sampler.next(after: [], $0) }
    }
    let share = Double(draws.count { $0 == 1 }) / 4000
    // Five standard deviations of 4000 draws around 0.3 + 0.7 · 0.269.
    #expect(abs(share - 0.488) < 0.04)
  }
}
