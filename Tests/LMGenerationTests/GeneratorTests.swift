import LMAutograd
import LMGeneration
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

struct SmallModel: CustomTestStringConvertible, Sendable {
  let name: String
  let configuration: TransformerConfiguration
  var testDescription: String { name }

  static func configuration(
    _ position: TransformerConfiguration.Position = .rotary(base: 10_000), keyValueHeads: Int = 4
  ) -> TransformerConfiguration {
    var result = TransformerConfiguration(
      vocabularySize: 61, contextLength: 40, width: 32, layers: 2, heads: 4, keyValueHeads: keyValueHeads,
      hiddenWidth: 48)
    result.position = position
    return result
  }

  static var all: [SmallModel] {
    var gpt2 = configuration(.learned)
    (gpt2.norm, gpt2.isGated, gpt2.activation, gpt2.hasBiases) = (.layer, false, .gelu, true)
    var qwen = configuration(keyValueHeads: 2)
    (qwen.normsQueriesAndKeys, qwen.tiesHead) = (true, false)
    return [
      SmallModel(name: "learned positions, biases", configuration: gpt2),
      SmallModel(name: "sinusoidal positions", configuration: configuration(.sinusoidal)),
      SmallModel(name: "rotary positions", configuration: configuration()),
      SmallModel(name: "ALiBi", configuration: configuration(.alibi)),
      SmallModel(name: "grouped heads, normed", configuration: qwen),
      SmallModel(name: "one key/value head, ALiBi", configuration: configuration(.alibi, keyValueHeads: 1)),
    ]
  }

  /// Random weights; those of norms stay near 1.
  func model() -> Transformer {
    let model = Transformer(configuration)
    for (index, parameter) in model.parameters.enumerated() {
      let values = sampleValues(parameter.value.elementCount, seed: UInt64(index) + 3)
      let isNorm = parameter.name.contains("norm") && parameter.name.hasSuffix("weight")
      for (place, value) in values.enumerated() {
        parameter.value.floats[place] = isNorm ? 1 + Float(value) / 4 : Float(value) * 0.4
      }
    }
    return model
  }
}

@Suite(.serialized) struct GeneratorTests {
  private let prompt: [Int32] = [3, 60, 0, 17, 17, 5]

  @Test(arguments: SmallModel.all)
  func `with caches it chooses what the whole sequence chooses`(_ small: SmallModel) throws {
    let model = small.model()
    var settings = SamplingSettings.greedy  // with a penalty, for random weights repeat one token soon
    (settings.repetitionPenalty, settings.repetitionWindow) = (2, 8)
    let result = try Generator(model, precision: .float32).generate(prompt, settings, maximumTokens: 34)
    var ids = prompt
    for _ in 0..<34 {
      let context = ForwardContext(batch: 1, tokens: ids.count, precision: .float32)
      var logits = model.lastLogits(ids, context).toArray()
      logits.withUnsafeMutableBufferPointer { RepetitionPenalty(2, window: 8).apply(to: $0, history: ids) }
      ids.append(Int32(logits.indices.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0))
    }
    #expect(result.ids == Array(ids[prompt.count...]))
    #expect(Set(result.ids).count > 3, "a model that repeats itself shows nothing")
    #expect(result.stopReason == .maximumTokens)
  }

  @Test func `caches of an earlier generation leave no trace`() throws {
    let generator = Generator(SmallModel.all[4].model(), precision: .bfloat16)
    let first = try generator.generate(prompt, SamplingSettings(), maximumTokens: 20).ids
    _ = try generator.generate([9, 8, 7], SamplingSettings(), maximumTokens: 37)
    #expect(try generator.generate(prompt, SamplingSettings(), maximumTokens: 20).ids == first)
  }

  @Test func `stop tokens end the text and are not part of it`() throws {
    let generator = Generator(SmallModel.all[2].model(), precision: .float32)
    let whole = try generator.generate(prompt, .greedy, maximumTokens: 20).ids
    let stop = whole[7]
    let length = whole.firstIndex(of: stop) ?? 0
    var seen: [Int32] = []
    let result = try generator.generate(prompt, .greedy, maximumTokens: 20, stopIDs: [stop]) { id in
      seen.append(id)
      return true
    }
    #expect(result.ids == Array(whole[..<length]) && seen == result.ids)
    #expect(result.stopReason == .stopToken(stop))
    #expect(result.statistics.steps == length)
  }

  @Test func `the receiver can end it`() throws {
    let generator = Generator(SmallModel.all[2].model(), precision: .float32)
    var count = 0
    let result = try generator.generate(prompt, .greedy, maximumTokens: 20) { _ in
      count += 1
      return count < 3
    }
    #expect(result.ids.count == 3 && result.stopReason == .cancelled && result.statistics.steps == 2)
  }

  @Test(arguments: [0, 1, 2, 34]) func `statistics count and measure`(tokens: Int) throws {
    let generator = Generator(SmallModel.all[2].model(), precision: .float32)
    let result = try generator.generate(prompt, .greedy, maximumTokens: tokens)
    let statistics = result.statistics
    #expect(
      result.ids.count == tokens && statistics.generatedTokens == tokens && statistics.promptTokens == 6)
    #expect(statistics.steps == max(0, tokens - 1))
    #expect(statistics.promptSeconds > 0 && statistics.generationSeconds > 0)
    #expect(
      tokens == 0 ? statistics.timeToFirstToken == 0 : statistics.timeToFirstToken >= statistics.promptSeconds
    )
    #expect(statistics.promptTokensPerSecond > 0 && (statistics.tokensPerSecond > 0) == (tokens > 1))
  }

  @Test(
    arguments: [
      ([], 1, "the prompt: has no tokens"), ([3, 61], 1, "the prompt, token 1: has the id 61"),
      ([-1], 1, "the prompt, token 0: has the id -1"), ([1], -1, "--max-tokens: is -1"),
      ([Int32](repeating: 1, count: 40), 0, "the prompt: has 40 tokens, and the model's context is 40"),
      (
        [1, 2, 3], 38,
        "--max-tokens: 3 tokens of the prompt and 38 more exceed the model's context of 40; ask for at most 37"
      ),
    ] as [([Int32], Int, String)])
  func `what cannot be continued is refused`(prompt: [Int32], tokens: Int, message: String) {
    let generator = Generator(SmallModel.all[2].model(), precision: .float32)
    let error = #expect(throws: LMError.self) {
      _ = try generator.generate(prompt, .greedy, maximumTokens: tokens)
    }
    #expect(error?.description.hasPrefix(message) ?? false)
  }

  @Test func `weights that are no numbers are an error`() {
    let model = SmallModel.all[2].model()
    model.embedding.value.floats[0] = .nan
    #expect(throws: LMError.self) {
      _ = try Generator(model, precision: .float32).generate([0], .greedy, maximumTokens: 1)
    }
  }
}
