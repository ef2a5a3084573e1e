import LMAttention
import LMGeneration
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

@Suite(.serialized) struct ContextShiftTests {
  private let prompt: [Int32] = [3, 60, 0, 17, 17, 5]

  private var settings: SamplingSettings {
    var settings = SamplingSettings.greedy
    (settings.repetitionPenalty, settings.repetitionWindow) = (2, 8)
    return settings
  }

  /// What a model gives that reads the kept tokens and the rest anew whenever the context is full.
  private func reference(_ model: Transformer, keep: Int, tokens: Int) -> [Int32] {
    var (window, history) = (prompt, prompt)
    for _ in 0..<tokens {
      let context = ForwardContext(batch: 1, tokens: window.count, precision: .float32)
      var logits = model.lastLogits(window, context).toArray()
      logits.withUnsafeMutableBufferPointer { scores in
        for id in Set(history.suffix(8)) {
          scores[Int(id)] = scores[Int(id)] > 0 ? scores[Int(id)] / 2 : scores[Int(id)] * 2
        }
      }
      let id = Int32(logits.indices.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0)
      history.append(id)
      if window.count == model.configuration.contextLength {
        window.removeSubrange(keep..<keep + (window.count - keep) / 2)
      }
      window.append(id)
    }
    return Array(history[prompt.count...])
  }

  private func generated(_ model: Transformer, keep: Int, tokens: Int) throws -> [Int32] {
    let generator = Generator(model, precision: .float32)
    generator.overflow = .shift(keep: keep)
    return try generator.generate(prompt, settings, maximumTokens: tokens).ids
  }

  /// Learned and sinusoidal positions: what is left is read again.
  @Test(arguments: [0, 1], [0, 4]) func `tables of positions give what reading anew gives`(
    model: Int, keep: Int
  ) throws {
    let model = SmallModel.all[model].model()
    #expect(try generated(model, keep: keep, tokens: 100) == reference(model, keep: keep, tokens: 100))
  }

  /// One layer: keys and values know only their own token and its position.
  @Test(arguments: [0, 4]) func `one layer with rotation or ALiBi gives what reading anew gives`(keep: Int)
    throws
  {
    for position in [TransformerConfiguration.Position.rotary(base: 10_000), .alibi] {
      var configuration = SmallModel.configuration(position)
      configuration.layers = 1
      let model = SmallModel(name: "", configuration: configuration).model()
      #expect(try generated(model, keep: keep, tokens: 100) == reference(model, keep: keep, tokens: 100))
    }
  }

  @Test func `with more layers it goes on past the context`() throws {
    for small in SmallModel.all {
      let ids = try generated(small.model(), keep: 3, tokens: 150)
      #expect(ids.count == 150 && Set(ids).count > 3, "\(small.name)")
    }
  }

  @Test func `a prompt beyond the context keeps its beginning and its end`() throws {
    let model = SmallModel.all[2].model()
    let long = (0..<100).map { Int32($0 % 61) }
    let generator = Generator(model, precision: .float32)
    generator.overflow = .shift(keep: 5)
    let result = try generator.generate(long, settings, maximumTokens: 2)
    // Context 40, 5 kept: blocks of 17, of which (100 - 5 - 17) / 17 = 4 are left out.
    let fitted = Array(long[..<5] + long[(5 + 4 * 17)...])
    #expect(result.statistics.promptTokens == fitted.count)
    #expect(
      try Generator(model, precision: .float32).generate(fitted, settings, maximumTokens: 2).ids == result.ids
    )
  }

  @Test(arguments: [-1, 39, 1000]) func `more than the context cannot be kept`(keep: Int) {
    let error = #expect(throws: LMError.self) {
      _ = try generated(SmallModel.all[2].model(), keep: keep, tokens: 1)
    }
    #expect(error?.description.hasPrefix("--keep: is \(keep)") ?? false)
  }
}
