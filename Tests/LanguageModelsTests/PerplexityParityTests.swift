import LMEvaluation
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels
import Testing

/// Perplexity beside transformers: set `LM_PYTHON` to an interpreter that has it and torch.
@Suite struct PerplexityParityTests {
  static let python = Python.interpreter(finding: ["torch", "transformers"])
  private let temporary = TemporaryDirectory()

  /// A model without meaning gives losses between 1 and 20 nats.
  private func write() throws -> Transformer {
    let configuration = TransformerConfiguration(
      vocabularySize: 301, contextLength: 48, width: 36, layers: 2, heads: 3, keyValueHeads: 1, headWidth: 12,
      hiddenWidth: 50)
    let model = Transformer(configuration)
    model.initialize(seed: 3, deviation: 0.3)
    let config = ModelConfigFile(family: LlamaFamily.self, configuration: configuration, specialTokens: [:])
    try ModelFolder(config: config, model: model, tokenizer: nil).write(to: temporary("model"))
    return model
  }

  @Test(.enabled(if: python != nil, "no Python with torch and transformers (LM_PYTHON)"))
  func `losses are those of transformers, window by window`() throws {
    let model = try write()
    let ids = sampleValues(700, seed: 2).map { Int32(($0 + 1) * 150) }
    let cases = [
      WindowSettings(length: 48, stride: 16), WindowSettings(length: 48, stride: 48),
      WindowSettings(length: 31),
      WindowSettings(.halfContext, length: 48),
    ]
    let input: JSON = [
      "ids": .array(ids.map { .integer(Int($0)) }),
      "cases": .array(
        cases.map { settings in
          .array(
            settings.windows(of: ids.count).map { window in
              .array(
                [window.range, window.scored].flatMap { [.integer($0.lowerBound), .integer($0.upperBound)] })
            })
        }),
    ]
    try input.write(to: temporary("input.json"))
    let script =
      FileSystem.parent(of: FileSystem.parent(of: #filePath)) + "/Reference/reference_perplexity.py"
    #expect(Python.run(try #require(Self.python), [script, temporary.path]) == 0)
    let path = temporary("output.json")
    let expected = try JSONField(JSON.read(path), in: path).array()
    try #require(expected.count == cases.count)
    for (field, settings) in zip(expected, cases) {
      let text = EvaluationText(ids: ids, byteCount: 1000, begin: nil)
      let own = try Perplexity(text, settings, TokenScorer(model, precision: .float32))
      #expect(try field["tokens"].integer() == own.tokens)
      for (key, value) in [
        ("nats", own.natsPerToken), ("error", own.natsPerTokenError), ("perplexity", own.perplexity),
      ] {
        #expect(abs(try field[key].double() / value - 1) < 1e-4, "\(settings) \(key)")
      }
    }
  }
}
