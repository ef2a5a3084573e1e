import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels
import Testing

/// Compares with transformers: set `LM_PYTHON` to an interpreter that has it and torch.
@Suite struct TransformersParityTests {
  static let python = Python.interpreter(finding: ["torch", "transformers"])
  private let temporary = TemporaryDirectory()

  private func configuration(_ change: (inout TransformerConfiguration) -> Void) -> TransformerConfiguration {
    var configuration = TransformerConfiguration(
      vocabularySize: 601, contextLength: 70, width: 60, layers: 3, heads: 6, keyValueHeads: 2, headWidth: 14,
      hiddenWidth: 77)
    change(&configuration)
    return configuration
  }

  private func classic(_ c: inout TransformerConfiguration) {
    (c.norm, c.isGated, c.activation, c.hasBiases) = (.layer, false, .geluTanh, true)
    (c.keyValueHeads, c.headWidth, c.hiddenWidth) = (6, 10, 240)
  }

  /// By the beginning of the class that transformers should open.
  private var ours: [(name: String, family: any ModelFamily.Type, configuration: TransformerConfiguration)] {
    [
      ("llama", LlamaFamily.self, configuration { $0.tiesHead = false }),
      ("llama-biased-tied", LlamaFamily.self, configuration { ($0.hasBiases, $0.position) = (true, .rotary(base: 777)) }),
      ("qwen3", Qwen3Family.self, configuration { ($0.normsQueriesAndKeys, $0.normEpsilon) = (true, 1e-3) }),
      ("gpt2", GPT2Family.self, configuration { classic(&$0); $0.position = .learned }),
      (
        "gpt2-unbiased-relu", GPT2Family.self,
        configuration {
          classic(&$0)
          ($0.position, $0.hasBiases, $0.activation, $0.hiddenWidth) = (.learned, false, .relu, 50)
        }
      ),
      ("bloom", BloomFamily.self, configuration { classic(&$0); ($0.position, $0.normsEmbedding) = (.alibi, true) }),
      (
        "bloom-unbiased", BloomFamily.self,
        configuration {
          classic(&$0)
          ($0.position, $0.normsEmbedding, $0.hasBiases) = (.alibi, true, false)
        }
      ),
    ]
  }

  /// Weights large enough that every part counts.
  private func model(_ configuration: TransformerConfiguration) -> Transformer {
    let model = Transformer(configuration)
    model.initialize(seed: 3, deviation: 0.2)
    for (index, parameter) in model.parameters.enumerated() where parameter.value.shape.count == 1 {
      let values = sampleValues(parameter.value.elementCount, seed: UInt64(index) + 1)
      for (place, value) in values.enumerated() { parameter.value.floats[place] = 0.7 + 0.3 * Float(value) }
    }
    return model
  }

  private func logits(_ folder: ModelFolder) throws -> [Float] {
    let vocabulary = folder.config.configuration.vocabularySize
    return try folder.checkedLogits(
      (0..<50).map { Int32((7 * $0 * $0 + 3 * $0) % vocabulary) }, precision: .float32
    ).toArray()
  }

  private func theirLogits(_ folder: String) throws -> [Float] {
    let bytes = try TemporaryDirectory.bytes(of: "\(folder)/logits.f32")
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  /// One Python process does everything: importing torch takes seconds. Float32 on both sides, scores around 10.
  @Test(.enabled(if: python != nil, "no Python with torch and transformers (LM_PYTHON)"))
  func `models go to transformers and back with the same scores`() throws {
    try FileSystem.createDirectory(temporary("ours"))
    for (name, family, configuration) in ours {
      let config = ModelConfigFile(family: family, configuration: configuration, specialTokens: ["eos_token_id": 1])
      #expect(config.misfit == nil, "\(name)")
      try ModelFolder(config: config, model: model(configuration), tokenizer: nil).write(to: temporary("ours/\(name)"))
    }
    let script = FileSystem.parent(of: FileSystem.parent(of: #filePath)) + "/Reference/reference_models.py"
    #expect(Python.run(try #require(Self.python), [script, temporary.path]) == 0)
    for side in ["ours", "theirs"] {
      let names = try FileSystem.entries(of: temporary(side))
      #expect(names.count >= 7)
      for name in names {
        let folder = temporary("\(side)/\(name)")
        let (own, their) = (try logits(try ModelFolder(opening: folder)), try theirLogits(folder))
        #expect(own.count == their.count && (own.map { abs($0) }.max() ?? 0) > 0.5, "\(side)/\(name)")
        let difference = zip(own, their).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference < 1e-3, "\(side)/\(name): \(difference)")
      }
    }
  }
}
