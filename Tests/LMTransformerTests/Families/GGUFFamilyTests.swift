import LMAttention
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

@Suite struct GGUFFamilyTests {
  private static let names = ["llama", "qwen3", "gpt2", "bloom"]
  /// Samples in families that GGUF has, without what no GGUF file says.
  static let cases = FamilyCase.all.filter { names.contains($0.family.modelType) }

  /// The head of a file of `config`, as if the tensors followed.
  private func head(
    _ config: ModelConfigFile, _ change: (inout GGUFMetadata) throws -> Void = { _ in }
  ) throws -> GGUFFile {
    var metadata = try config.ggufMetadata(at: "test")
    try change(&metadata)
    let parameters = Transformer(config.configuration).parameters
    let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) })
    let tensors = try config.ggufWeights(at: "test").compactMap { weight -> GGUFWriter.Tensor? in
      let shape = shapes[weight.parameter].map { weight.fileShape($0) }
      return (shape ?? weight.zeros).map { GGUFWriter.Tensor(weight.name, type: 0, shape: $0) }
    }
    let writer = try GGUFWriter(metadata, tensors)
    return try writer.head.withUnsafeBytes { try GGUFFile($0, size: writer.byteCount, from: "t.gguf") }
  }

  @Test(arguments: cases)
  func `metadata give back family and configuration`(_ given: FamilyCase) throws {
    let tokens = ["bos_token_id": 1, "eos_token_id": 2]
    let config = ModelConfigFile(
      family: given.family, configuration: given.sample.configuration, specialTokens: tokens)
    let file = try head(config) { metadata in
      try metadata.set("tokenizer.ggml.bos_token_id", 1)
      try metadata.set("tokenizer.ggml.eos_token_id", 2)
    }
    let read = try ModelConfigFile(file, rotaryFactors: config.rotaryFactors)
    #expect(read.family.modelType == given.family.modelType && read.specialTokens == tokens)
    var expected = config.configuration
    expected.dropout = 0
    if given.family.modelType == "gpt2" || given.family.modelType == "bloom" { expected.hasBiases = true }
    // What GGUF has no words for is lost here, and refused by the converter.
    if given.family.modelType == "gpt2" { expected.activation = .geluTanh }
    if given.family.modelType == "qwen3" && expected.biases != [] { return }
    if case .rotary(let settings) = expected.position, case .dynamic = settings.scaling { return }
    #expect(read.configuration == expected)
  }

  @Test func `unknown architectures and missing keys are named`() throws {
    let config = ModelConfigFile(
      family: LlamaFamily.self, configuration: SampleModel.all[0].configuration, specialTokens: [:])
    func refusal(_ change: (inout GGUFMetadata) throws -> Void) throws -> String {
      let file = try head(config, change)
      do {
        _ = try ModelConfigFile(file)
        return "was read"
      } catch { return "\(error)" }
    }
    let unknown = try refusal { try $0.set("general.architecture", "rwkv7") }
    for name in ["rwkv7", "llama", "qwen3", "gpt2", "bloom"] { #expect(unknown.contains(name), "\(unknown)") }
    #expect(try refusal { try $0.set("general.architecture", 1) }.contains("general.architecture"))
    #expect(
      try refusal { try $0.set("general.architecture", "qwen3") }.contains("qwen3."))
    let changes: [(String, Int)] = [
      ("llama.block_count", 0), ("llama.block_count", 1 << 31), ("llama.embedding_length", 0),
      ("llama.attention.head_count", 0), ("llama.attention.head_count_kv", 3), ("llama.context_length", 0),
      ("llama.rope.dimension_count", 3), ("llama.attention.key_length", 1 << 31),
      ("llama.feed_forward_length", 4_294_967_295),
    ]
    for (key, value) in changes {
      #expect(try refusal { try $0.set(key, value) } != "was read", "\(key) \(value)")
    }
    #expect(try refusal { try $0.set("llama.rope.freq_base", Float.nan) } != "was read")
    #expect(try refusal { try $0.set("llama.rope.freq_base", "x") } != "was read")
    #expect(try refusal { try $0.set("llama.block_count", "x") }.contains("llama.block_count"))
    #expect(try refusal { try $0.set("llama.rope.scaling.type", "longrope") }.contains("longrope"))
  }

  @Test func `the numbers of Llama 3 are found from its factors`() throws {
    for (width, base, scaling) in [
      (64, 500_000.0, RotaryScaling.llama3(factor: 32, low: 1, high: 4, context: 8_192)),
      (128, 500_000, .llama3(factor: 8, low: 1, high: 4, context: 8_192)),
      (64, 10_000, .llama3(factor: 4, low: 2, high: 5, context: 1_000)),
      (16, 10_000, .llama3(factor: 8, low: 1, high: 4, context: 64)),
    ] {
      var c = TransformerConfiguration(
        vocabularySize: 8, contextLength: 16, width: width, layers: 1, heads: 1, hiddenWidth: 8)
      c.position = .rotary(RotarySettings(base: base, scaling: scaling))
      let config = ModelConfigFile(family: LlamaFamily.self, configuration: c, specialTokens: [:])
      let file = try head(config)
      let factors = try #require(config.rotaryFactors)
      let read = try ModelConfigFile(file, rotaryFactors: factors)
      let again = try #require(read.rotaryFactors)
      #expect(zip(again, factors).allSatisfy { abs($0 - $1) <= 1e-5 * $1 }, "\(scaling)")
      if case .llama3(_, 1, 4, _) = scaling { #expect(read.configuration.position == c.position) }
      let jagged = factors.indices.map { factors[$0] + ($0 % 2 == 0 ? 0.5 : 0) }
      for wrong in [jagged, Array(factors.dropLast()), factors.map { -$0 }, factors.map { _ in .nan }] {
        #expect(throws: LMError.self) { _ = try ModelConfigFile(file, rotaryFactors: wrong) }
      }
    }
  }

  @Test func `rows that rotate together stand side by side`() {
    let (paired, plain) = (WeightName("q", "p", layout: .rotaryPairs(headWidth: 4)), WeightName("q", "p"))
    let own = Tensor((0..<16).map(Float.init), shape: [8, 2])
    let turned = plain.tensor(own, as: paired)
    #expect(turned.toArray() == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15])
    #expect(paired.tensor(turned, as: plain).toArray() == own.toArray())
  }
}
