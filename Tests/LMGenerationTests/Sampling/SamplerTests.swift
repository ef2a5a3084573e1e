import Glibc
import LMGeneration
import LMRuntime
import LMTestSupport
import Testing

@Suite struct SamplerTests {
  private func draws(_ count: Int, _ logits: [Float], _ settings: SamplingSettings) throws -> [Int32] {
    var sampler = try Sampler(settings)
    return try (0..<count).map { _ in
      var copy = logits
      return try copy.withUnsafeMutableBufferPointer { try sampler.next(after: [], $0) }
    }
  }

  @Test func `greedy takes the best, the lowest id among equals`() throws {
    #expect(try draws(3, [1, 5, -2, 5, 0], .greedy) == [1, 1, 1])
    #expect(try draws(1, [-.infinity, -3, -.infinity], .greedy) == [1])
  }

  @Test func `greedy goes by the penalised scores`() throws {
    var settings = SamplingSettings.greedy
    settings.repetitionPenalty = 2
    var sampler = try Sampler(settings)
    var logits: [Float] = [1, 5, 4, 0]
    #expect(try logits.withUnsafeMutableBufferPointer { try sampler.next(after: [1], $0) } == 2)
  }

  /// Pearson's statistic has 11 degrees of freedom at most; it exceeds 45 with a probability below 1e-5, and
  /// the seeds are fixed.
  @Test(arguments: [UInt64(1), 2, 3]) func `frequencies are the probabilities`(seed: UInt64) throws {
    let logits = sampleValues(300, seed: 9).map { Float($0 * 4) }
    for (topK, topP, minP, temperature) in [
      (12, 1, 0, 1), (12, 0.9, 0, 0.7), (12, 1, 0.3, 2), (12, 0.8, 0.3, 1),
    ]
      as [(Int, Float, Float, Float)]
    {
      var settings = SamplingSettings()
      (settings.topK, settings.topP, settings.minP) = (topK, topP, minP)
      (settings.temperature, settings.seed) = (temperature, seed)
      var scores = TokenScores()
      logits.withUnsafeBufferPointer { scores.keepTopK(topK, of: $0) }
      scores.keepTopP(topP)
      scores.keepMinP(minP)
      let expected = scores.probabilities(temperature: temperature)
      let count = 20_000
      var seen: [Int32: Int] = [:]
      for id in try draws(count, logits, settings) { seen[id, default: 0] += 1 }
      let statistic = zip(scores.candidates, expected).reduce(0.0) { sum, pair in
        let difference = Double(seen[pair.0.id] ?? 0) - pair.1 * Double(count)
        return sum + difference * difference / (pair.1 * Double(count))
      }
      #expect(statistic < 45, "top-k \(topK), top-p \(topP), min-p \(minP), temperature \(temperature)")
      #expect(Set(seen.keys).isSubset(of: scores.candidates.map(\.id)))
    }
  }

  @Test func `equal seeds draw equal tokens, others do not`() throws {
    let logits = sampleValues(100).map { Float($0) }
    var settings = SamplingSettings()
    let first = try draws(50, logits, settings)
    #expect(try draws(50, logits, settings) == first)
    settings.seed = 1
    #expect(try draws(50, logits, settings) != first)
  }

  @Test(arguments: [[1, .nan, 2], [.nan, .nan], [.infinity, 0], [-.infinity, -.infinity]] as [[Float]])
  func `scores that are no numbers are an error`(logits: [Float]) {
    for settings in [SamplingSettings(), .greedy] {
      let error = #expect(throws: LMError.self) { _ = try draws(1, logits, settings) }
      #expect(error?.kind == .badData)
    }
  }
}
