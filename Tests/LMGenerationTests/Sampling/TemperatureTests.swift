import Glibc
import LMGeneration
import Testing

@Suite struct TemperatureTests {
  private func scores(_ logits: [Float]) -> TokenScores {
    var scores = TokenScores()
    logits.withUnsafeBufferPointer { scores.load($0) }
    return scores
  }

  @Test func `steps behind it see the changed probabilities`() {
    let logits = randomLogits(200, seed: 2)
    for temperature in [0.3, 1.7] {
      var changed = scores(logits)
      changed.applyTemperature(temperature)
      #expect(
        zip(changed.probabilities(), softmax(logits, temperature: temperature)).allSatisfy {
          abs($0 - $1) < 1e-12
        })
      let scaled = logits.map { Float(Double($0) / temperature) }
      for step in [{ $0.keepTopP(0.8) }, { $0.keepMinP(0.1) }, { $0.keepTypical(0.7) }]
        as [(inout TokenScores) -> Void]
      {
        var copy = changed
        step(&copy)
        #expect(copy.candidates.map { Int($0.id) }.sorted() == kept(scaled, step))
      }
    }
  }

  @Test func `at 0 the best is left`() {
    var scores = scores([1, 3, 2, 3])
    scores.applyTemperature(0)
    #expect(scores.candidates.map(\.id) == [1] && scores.probabilities() == [1])
  }

  /// llama.cpp's form of arXiv 2403.14541.
  @Test func `the dynamic temperature follows the entropy`() {
    for seed in 1...5 as ClosedRange<UInt64> {
      let logits = randomLogits(50, seed: seed)
      let shares = softmax(logits)
      let entropy = -shares.reduce(0) { $0 + $1 * log($1) }
      for (temperature, range, exponent) in [(0.8, 0.5, 1.0), (0.5, 0.9, 2), (1, 0.3, 0.5)] {
        let low = max(0, temperature - range)
        let expected = low + (temperature + range - low) * pow(entropy / log(50), exponent)
        var changed = scores(logits)
        changed.applyDynamicTemperature(temperature, range: range, exponent: exponent)
        let found = changed.probabilities()
        #expect(zip(found, softmax(logits, temperature: expected)).allSatisfy { abs($0 - $1) < 1e-12 })
      }
    }
  }
}
