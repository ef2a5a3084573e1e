import LMAttention
import LMGeneration
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

/// Laws of the caches as they appear in generation. Greedy with a penalty, for random weights repeat one token
/// soon.
@Suite(.serialized) struct GenerationBatchTests {
  private static var settings: SamplingSettings {
    var settings = SamplingSettings.greedy
    (settings.repetitionPenalty, settings.repetitionWindow) = (2, 8)
    return settings
  }

  private static var windowed: SmallModel {
    var configuration = SmallModel.configuration(keyValueHeads: 2)
    (configuration.window, configuration.windowedLayers) = (9, [true, false])
    return SmallModel(name: "alternating windows", configuration: configuration)
  }

  private static var dynamic: SmallModel {
    let scaling = RotaryScaling.dynamic(factor: 2, context: 12)
    return SmallModel(
      name: "dynamic frequencies",
      configuration: SmallModel.configuration(.rotary(RotarySettings(base: 10_000, scaling: scaling))))
  }

  private let prompts: [[Int32]] = [
    [3, 60, 0, 17, 17, 5], [9], [8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 12, 13, 40, 41], [3, 60, 0, 17, 2], [50, 51],
  ]

  @Test(arguments: SmallModel.all + [windowed, dynamic])
  func `prompts of unequal lengths in a batch give what each gives alone`(_ small: SmallModel) throws {
    let generator = Generator(small.model(), precision: .float32)
    let requests = prompts.enumerated().map {
      GenerationRequest($1, Self.settings, maximumTokens: 20 - 3 * $0)
    }
    let alone = try requests.map { request in
      generator.forget()
      return try generator.generate([request], batchSize: 1)[0].ids
    }
    for batch in [1, 2, 3, 8] {
      generator.forget()
      var seen = [[Int32]](repeating: [], count: requests.count)
      let results = try generator.generate(requests, batchSize: batch) { index, id in
        seen[index].append(id)
        return true
      }
      #expect(results.map(\.ids) == alone && seen == alone, "batch of \(batch)")
    }
  }

  @Test func `samples of a prompt share it and equal single runs with their seeds`() throws {
    let generator = Generator(SmallModel.all[4].model(), precision: .float32)
    var settings = SamplingSettings()
    (settings.temperature, settings.topK, settings.seed) = (3, 0, 11)
    let prompt = prompts[2]
    let requests = GenerationRequest(prompt, settings, maximumTokens: 12).samples(5)
    let results = try generator.generate(requests, batchSize: 8)
    #expect(results.map(\.statistics.cachedTokens) == [0] + [Int](repeating: prompt.count - 1, count: 4))
    #expect(Set(results.map(\.ids)).count > 1)
    for (request, result) in zip(requests, results) {
      generator.forget()
      #expect(try generator.generate([request], batchSize: 1)[0].ids == result.ids)
    }
  }

  @Test(arguments: SmallModel.all + [windowed, dynamic])
  func `a prompt that goes on from an earlier text gives what a fresh start gives`(_ small: SmallModel) throws
  {
    let model = small.model()
    let generator = Generator(model, precision: .float32)
    let first = try generator.generate(prompts[2], Self.settings, maximumTokens: 6).ids
    let prompt = prompts[2] + first.prefix(5) + [33]
    let again = try generator.generate(prompt, Self.settings, maximumTokens: 10)
    #expect(again.statistics.cachedTokens == prompt.count - 1)
    let fresh = try Generator(model, precision: .float32).generate(prompt, Self.settings, maximumTokens: 10)
    #expect(again.ids == fresh.ids && fresh.statistics.cachedTokens == 0)
    // Back to the beginning.
    let short = try generator.generate(Array(prompt.prefix(4)), Self.settings, maximumTokens: 8)
    #expect(short.statistics.cachedTokens == 3)
    let other = try Generator(model, precision: .float32).generate(
      Array(prompt.prefix(4)), Self.settings, maximumTokens: 8)
    #expect(short.ids == other.ids)
  }

  @Test(arguments: SmallModel.all + [windowed])
  func `a prompt in pieces gives the scores of one pass`(_ small: SmallModel) throws {
    let model = small.model()
    let prompt = (0..<39).map { Int32($0 * 7 % 61) }
    let whole = model.lastLogits(prompt, ForwardContext(batch: 1, tokens: 39, precision: .float32))
    for rows in [1, 5, 8, 16, 100] {
      let generator = Generator(model, precision: .float32)
      generator.tokensPerPass = rows
      _ = try generator.generate(prompt, .greedy, maximumTokens: 0)
      let cache = try #require(generator.kept).cache
      #expect(cache.truncate(to: 38) == 38)
      let last = model.lastLogits([prompt[38]], ForwardContext([cache], tokens: [1], precision: .float32))
      #expect(relativeError(doubles(last), doubles(whole)) < 1e-5, "\(rows) tokens at a time")
    }
  }

  @Test(arguments: [CacheType.bfloat16, .int8])
  func `rounded caches change scores a little`(type: CacheType) throws {
    let model = SmallModel.all[4].model()
    func scores(_ type: CacheType) -> [Double] {
      let cache = model.makeCache(type)
      _ = model.hidden(prompts[2], ForwardContext([cache], tokens: [prompts[2].count], precision: .float32))
      return doubles(model.lastLogits([7], ForwardContext([cache], tokens: [1], precision: .float32)))
    }
    let (exact, rounded) = (scores(.float32), scores(type))
    #expect(relativeError(rounded, exact) < 0.05 && rounded != exact)
    let generator = Generator(model, precision: .float32, cacheType: type)
    #expect(try generator.generate(prompts[0], .greedy, maximumTokens: 10).ids.count == 10)
  }

  @Test func `faulty requests are refused before anything is computed`() throws {
    let generator = Generator(SmallModel.all[2].model(), precision: .float32)
    let good = GenerationRequest(prompts[0], .greedy, maximumTokens: 3)
    var bad = good
    bad.prompt = [61]
    var calls = 0
    #expect(throws: LMError.self) {
      _ = try generator.generate([good, bad], batchSize: 1) { _, _ in
        calls += 1
        return true
      }
    }
    let nothing = try generator.generate([], batchSize: 1)
    #expect(calls == 0 && nothing.isEmpty)
  }
}
