import LMAttention
import LMRuntime
import LMTensor
import LMTestSupport
import LMTokenizer
import LMTraining
import LMTransformer
import Testing

/// A small random model of a family that GGUF files have.
struct GGUFSample: CustomTestStringConvertible, Sendable {
  let name: String
  let family: any ModelFamily.Type
  let configuration: TransformerConfiguration
  var testDescription: String { name }

  init(
    _ name: String, _ family: any ModelFamily.Type,
    _ change: (inout TransformerConfiguration) -> Void = { _ in }
  ) {
    var c = TransformerConfiguration(
      vocabularySize: 259, contextLength: 64, width: 64, layers: 2, heads: 4, keyValueHeads: 2, headWidth: 16,
      hiddenWidth: 96)
    change(&c)
    (self.name, self.family, configuration) = (name, family, c)
  }

  static func classic(_ c: inout TransformerConfiguration) {
    (c.norm, c.isGated, c.activation, c.hasBiases) = (.layer, false, .geluTanh, true)
    (c.keyValueHeads, c.hiddenWidth) = (4, 256)
  }

  static let all: [GGUFSample] = [
    GGUFSample("llama", LlamaFamily.self),
    GGUFSample("llama, untied, biased, another head width and base", LlamaFamily.self) {
      ($0.tiesHead, $0.hasBiases, $0.headWidth, $0.position) = (false, true, 24, .rotary(base: 777))
    },
    GGUFSample("llama with the frequencies of Llama 3", LlamaFamily.self) {
      $0.position = .rotary(
        RotarySettings(base: 10_000, scaling: .llama3(factor: 8, low: 1, high: 4, context: 64)))
    },
    GGUFSample("llama with linear scaling", LlamaFamily.self) {
      $0.position = .rotary(RotarySettings(base: 10_000, scaling: .linear(factor: 4)))
    },
    GGUFSample("qwen3", Qwen3Family.self) { ($0.normsQueriesAndKeys, $0.headWidth) = (true, 24) },
    GGUFSample("gpt2", GPT2Family.self) {
      classic(&$0)
      $0.position = .learned
    },
    GGUFSample("bloom", BloomFamily.self) {
      classic(&$0)
      ($0.position, $0.normsEmbedding) = (.alibi, true)
    },
  ]

  /// Writes a folder with random weights, large enough that every part counts, and a tokenizer of bytes.
  func write(to path: String, _ change: (Transformer) -> Void = { _ in }) throws {
    let model = Transformer(configuration)
    model.initialize(seed: 3, deviation: 0.15)
    for (index, parameter) in model.parameters.enumerated() where parameter.value.shape.count == 1 {
      let values = sampleValues(parameter.value.elementCount, seed: UInt64(index) + 1)
      for (place, value) in values.enumerated() { parameter.value.floats[place] = 0.7 + 0.3 * Float(value) }
    }
    change(model)
    let config = ModelConfigFile(
      family: family, configuration: configuration,
      specialTokens: ["bos_token_id": 256, "eos_token_id": 257, "pad_token_id": 258])
    try ModelFolder(config: config, model: model, tokenizer: Tokenizer.bytes()).write(to: path)
  }

  /// 32-bit numbers as bytes.
  static func words(_ numbers: [Int32]) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  }
}
