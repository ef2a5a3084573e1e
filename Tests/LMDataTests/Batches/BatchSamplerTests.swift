import LMData
import LMRuntime
import Testing

/// Ids that name their place.
func numbered(_ count: Int) -> TokenStream {
  TokenStream(ids: (0..<Int32(count)).map { $0 }, byteCount: count)
}

@Suite struct BatchSamplerTests {
  static let sizes = [
    (9, 8), (10, 8), (15, 8), (16, 8), (17, 8), (31, 8), (32, 8), (33, 8), (1000, 7), (1000, 1), (2, 1),
  ]

  @Test(arguments: sizes) func `an epoch has every token once, but for fewer than two windows at the ends`(
    count: Int, tokens: Int
  ) throws {
    var sampler = try BatchSampler(numbered(count), sequences: 1, tokens: tokens, seed: 3)
    var phases: Set<Int32> = []
    for epoch in 0..<50 {
      let windows = (0..<sampler.windowsPerEpoch).map { sampler.batch(epoch * sampler.windowsPerEpoch + $0) }
      let ids = windows.flatMap(\.ids).sorted()
      let phase = try #require(ids.first)
      #expect(ids == Array(phase..<phase + Int32(ids.count)))
      #expect(ids.count == sampler.windowsPerEpoch * tokens && count - ids.count < 2 * tokens)
      #expect(phase < tokens)
      #expect(windows.allSatisfy { $0.targets == $0.ids.map { $0 + 1 } && $0.ids.count == tokens })
      #expect(windows.allSatisfy { ($0.targets.last ?? 0) < count })
      phases.insert(phase)
    }
    // 50 draws miss one of at most 8 phases with a probability below 1 %; the seed is fixed.
    #expect(phases.count == min(tokens, count - sampler.windowsPerEpoch * tokens))
  }

  @Test func `epochs have different orders, batches run over their borders`() throws {
    var sampler = try BatchSampler(numbered(101), sequences: 4, tokens: 10, seed: 3)
    var single = try BatchSampler(numbered(101), sequences: 1, tokens: 10, seed: 3)
    #expect(sampler.windowsPerEpoch == 9 && sampler.batchesPerEpoch == 3)
    let orders = (0..<4).map { epoch in (0..<9).map { single.batch(epoch * 9 + $0).ids[0] / 10 } }
    #expect(Set(orders).count == 4)
    for step in 0..<30 {
      let batch = sampler.batch(step)
      #expect(batch.sequences == 4 && batch.tokens == 10)
      #expect(batch.ids == (0..<4).flatMap { single.batch(step * 4 + $0).ids })
      #expect(batch.targets == (0..<4).flatMap { single.batch(step * 4 + $0).targets })
    }
  }

  @Test func `a batch depends on seed and step alone`() throws {
    var whole = try BatchSampler(numbered(997), sequences: 3, tokens: 16, seed: 7)
    let run = (0..<100).map { whole.batch($0) }
    for start in [0, 1, 20, 21, 99] {
      var resumed = try BatchSampler(numbered(997), sequences: 3, tokens: 16, seed: 7)
      #expect((start..<100).map { resumed.batch($0) } == Array(run[start...]))
    }
    #expect((0..<100).reversed().map { whole.batch($0) } == run.reversed())
    var other = try BatchSampler(numbered(997), sequences: 3, tokens: 16, seed: 8)
    #expect((0..<100).map { other.batch($0) } != run)
  }

  @Test func `a text shorter than a window is an error with the numbers`() {
    func message(_ count: Int) -> String? {
      let error = #expect(throws: LMError.self) {
        _ = try BatchSampler(numbered(count), sequences: 1, tokens: 8, seed: 0)
      }
      return error?.description
    }
    #expect(
      message(8)
        == "the training text: has 8 tokens, and one window takes 9: a context of 8 and the token behind it; "
        + "give more text, or use --context 7 or less")
    #expect(message(0)?.hasSuffix("; give more text") ?? false)
  }
}
