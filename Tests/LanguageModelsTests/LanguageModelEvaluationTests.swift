import LMEvaluation
import LMRuntime
import LMTestSupport
import LMTokenizer
import LMTraining
import LMTransformer
import LanguageModels
import Testing

@Suite struct LanguageModelEvaluationTests {
  private func language(context: Int = 3000, causal: Bool = true) throws -> LanguageModel {
    var configuration = TransformerConfiguration(
      vocabularySize: 259, contextLength: context, width: 8, layers: 1, heads: 1, hiddenWidth: 8)
    configuration.isCausal = causal
    let config = ModelConfigFile(family: NativeFamily.self, configuration: configuration, specialTokens: [:])
    let folder = ModelFolder(config: config, model: Transformer(configuration), tokenizer: Tokenizer.bytes())
    return try LanguageModel(folder, precision: .float32, place: "model")
  }

  @Test func `windows are as long as the context, but not over 2048`() throws {
    #expect(
      try language().windows(.strided, length: nil, stride: nil) == WindowSettings(length: 2048, stride: 1024)
    )
    #expect(
      try language(context: 9).windows(.strided, length: nil, stride: 9)
        == WindowSettings(length: 9, stride: 9))
    #expect(try language().windows(.halfContext, length: 2500, stride: nil).length == 2500)
  }

  @Test func `windows that cannot be are refused`() throws {
    for (length, stride) in [(3001, 5), (1, 1), (0, 1), (8, 9), (8, 0)] {
      #expect(throws: LMError.self) { try language().windows(.strided, length: length, stride: stride) }
    }
    #expect(throws: LMError.self) { try language(context: 1).windows(.strided, length: nil, stride: nil) }
  }

  @Test func `an encoder predicts no text`() throws {
    let encoder = try language(causal: false)
    #expect { try encoder.scorer() } throws: { "\($0)".contains("predicts no text") }
    #expect(throws: LMError.self) { try encoder.choiceScorer() }
  }

  /// A model of zeros finds every token equally likely and takes the first. The begin-of-text token and "a" leave
  /// room for two in a context of four.
  @Test func `completions end at the context`() throws {
    let short = try language(context: 4)
    let temporary = TemporaryDirectory()
    let file = try temporary.write(
      "p.jsonl",
      Array("{\"prompt\":\"a\",\"completion\":\"b\"}\n{\"prompt\":\"abcd\",\"completion\":\"b\"}".utf8))
    let examples = try CompletionExample.read(file)
    #expect(try short.completion(of: examples[0], maximumTokens: 100, stopTexts: []) == "\0\0")
    #expect { try short.completion(of: examples[1], maximumTokens: 1, stopTexts: []) } throws: {
      "\($0)".contains("example 2")
    }
  }
}
