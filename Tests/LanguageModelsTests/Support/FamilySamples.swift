import LMAttention
import LMTestSupport
import LMTransformer

/// A small model of odd sizes that a family of transformers can express.
struct FamilySample {
  /// Begins with the class that transformers should open.
  let name: String
  let family: any ModelFamily.Type
  let configuration: TransformerConfiguration

  init(
    _ name: String, _ family: any ModelFamily.Type, _ change: (inout TransformerConfiguration) -> Void
  ) {
    var configuration = TransformerConfiguration(
      vocabularySize: 601, contextLength: 70, width: 60, layers: 3, heads: 6, keyValueHeads: 2, headWidth: 14,
      hiddenWidth: 77)
    change(&configuration)
    (self.name, self.family, self.configuration) = (name, family, configuration)
  }

  /// Weights large enough that every part counts.
  func model() -> Transformer {
    let model = Transformer(configuration)
    model.initialize(seed: 3, deviation: 0.2)
    for (index, parameter) in model.parameters.enumerated() where parameter.value.shape.count == 1 {
      let values = sampleValues(parameter.value.elementCount, seed: UInt64(index) + 1)
      for (place, value) in values.enumerated() { parameter.value.floats[place] = 0.7 + 0.3 * Float(value) }
    }
    return model
  }

  static let all = llama + qwen + gemma + classic

  private static let llama = [
    FamilySample("llama", LlamaFamily.self) { $0.tiesHead = false },
    FamilySample("llama-biased", LlamaFamily.self) {
      ($0.hasBiases, $0.position) = (true, .rotary(base: 777))
    },
    FamilySample("llama-mlp-bias", LlamaFamily.self) { $0.biases = .feedForward },
    FamilySample("llama-linear", LlamaFamily.self) { stretch(&$0, .linear(factor: 3)) },
    FamilySample("llama-dynamic", LlamaFamily.self) { stretch(&$0, .dynamic(factor: 3.5, context: 20)) },
    FamilySample("llama-llama3", LlamaFamily.self) {
      stretch(&$0, .llama3(factor: 8, low: 1, high: 4, context: 16))
    },
    FamilySample("llama-yarn", LlamaFamily.self) {
      stretch(&$0, .yarn(factor: 4, fast: 8, slow: 2, attention: 1.3, context: 16, truncates: false))
    },
    FamilySample("smollm3", SmolLM3Family.self) {
      ($0.rotatedLayers, $0.window, $0.windowedLayers) = ([true, false], 7, [false, true])
    },
    FamilySample("mistral", MistralFamily.self) { ($0.window, $0.tiesHead) = (7, false) },
    FamilySample("phi3", Phi3Family.self) {
      ($0.window, $0.position) = (9, .rotary(RotarySettings(base: 300, width: 6)))
    },
  ]

  private static func stretch(_ c: inout TransformerConfiguration, _ scaling: RotaryScaling) {
    c.position = .rotary(RotarySettings(base: 500, scaling: scaling))
  }

  private static let qwen = [
    FamilySample("qwen2", Qwen2Family.self) {
      ($0.biases, $0.window, $0.windowedLayers) = (.attentionInput, 7, [false, true, true])
    },
    FamilySample("qwen3", Qwen3Family.self) { ($0.normsQueriesAndKeys, $0.normEpsilon) = (true, 1e-3) },
    FamilySample("qwen3-biased", Qwen3Family.self) {
      ($0.normsQueriesAndKeys, $0.biases) = (true, [.attentionInput, .attentionOutput])
    },
  ]

  private static let gemma = [
    FamilySample("gemma", GemmaFamily.self) {
      ($0.activation, $0.embeddingScale) = (.geluTanh, Float(60).squareRoot())
    },
    FamilySample("gemma2", Gemma2Family.self) {
      gemma2(&$0)
      ($0.attentionSoftCap, $0.logitSoftCap, $0.windowedLayers) = (2, 5, [true, false])
    },
    FamilySample("gemma3", Gemma3Family.self) {
      gemma2(&$0)
      ($0.normsQueriesAndKeys, $0.windowedLayers, $0.windowedRotaryBase) = (true, [true, true, false], 50)
      stretch(&$0, .linear(factor: 4))
    },
  ]

  private static func gemma2(_ c: inout TransformerConfiguration) {
    (c.activation, c.embeddingScale, c.normPlacement) = (.geluTanh, Float(60).squareRoot(), .sandwich)
    (c.window, c.attentionScale) = (7, Float(1 / 9.0.squareRoot()))
  }

  private static let classic = [
    FamilySample("gpt2", GPT2Family.self) {
      classic(&$0)
      $0.position = .learned
    },
    FamilySample("gpt2-unbiased-relu-untied", GPT2Family.self) {
      classic(&$0)
      ($0.position, $0.hasBiases, $0.activation, $0.hiddenWidth) = (.learned, false, .relu, 50)
      $0.tiesHead = false
    },
    FamilySample("gptneox", GPTNeoXFamily.self) {
      classic(&$0)
      ($0.isParallel, $0.tiesHead, $0.hiddenWidth) = (true, false, 77)
      $0.position = .rotary(RotarySettings(base: 100, width: 6, scaling: .linear(factor: 2)))
    },
    FamilySample("gptneox-sequential", GPTNeoXFamily.self) {
      classic(&$0)
      ($0.biases, $0.position, $0.activation) = ([.feedForward, .norms], .rotary(base: 100), .gelu)
    },
    FamilySample("bloom", BloomFamily.self) {
      classic(&$0)
      ($0.position, $0.normsEmbedding) = (.alibi, true)
    },
    FamilySample("bloom-unbiased", BloomFamily.self) {
      classic(&$0)
      ($0.position, $0.normsEmbedding, $0.hasBiases, $0.tiesHead) = (.alibi, true, false, false)
    },
    FamilySample("mpt", MPTFamily.self) {
      classic(&$0)
      ($0.position, $0.biases, $0.activation) = (.alibi, [], .gelu)
      ($0.attentionScale, $0.tiesHead) = (0.4, false)
    },
  ]

  private static func classic(_ c: inout TransformerConfiguration) {
    (c.norm, c.isGated, c.activation, c.hasBiases) = (.layer, false, .geluTanh, true)
    (c.keyValueHeads, c.headWidth, c.hiddenWidth) = (6, 10, 240)
  }
}
