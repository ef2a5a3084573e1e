import LMAttention
import LMAutograd
import LMGeneration
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels
import Testing

/// Compares generation with transformers': set `LM_PYTHON` to an interpreter that has it and torch.
@Suite struct GenerationParityTests {
  private let temporary = TemporaryDirectory()

  /// Odd sizes: 3 query heads on 1 key/value head, widths that fill no vector.
  private func models() -> [(
    name: String, family: any ModelFamily.Type, configuration: TransformerConfiguration
  )] {
    var llama = TransformerConfiguration(
      vocabularySize: 1003, contextLength: 60, width: 42, layers: 2, heads: 3, keyValueHeads: 1,
      headWidth: 14,
      hiddenWidth: 51)
    llama.tiesHead = false
    var qwen = llama
    (qwen.normsQueriesAndKeys, qwen.tiesHead) = (true, true)
    var classic = TransformerConfiguration(
      vocabularySize: 1003, contextLength: 60, width: 42, layers: 2, heads: 3, hiddenWidth: 168)
    (classic.norm, classic.isGated, classic.activation, classic.hasBiases) = (.layer, false, .geluTanh, true)
    (classic.position, classic.normsEmbedding) = (.alibi, true)
    var gpt2 = classic
    (gpt2.position, gpt2.normsEmbedding) = (.learned, false)
    return [
      ("llama", LlamaFamily.self, llama), ("qwen3", Qwen3Family.self, qwen),
      ("bloom", BloomFamily.self, classic), ("gpt2", GPT2Family.self, gpt2),
    ]
  }

  private func ids(_ field: JSONField) throws -> [Int32] {
    try field.array().map { Int32(try $0.integer()) }
  }

  @Test(
    .enabled(
      if: TransformersParityTests.python != nil, "no Python with torch and transformers (LM_PYTHON)"))
  func `greedy, batched and beam generation give transformers' tokens`() throws {
    for (name, family, configuration) in models() {
      let model = Transformer(configuration)
      model.initialize(seed: 5, deviation: 0.2)
      let config = ModelConfigFile(family: family, configuration: configuration, specialTokens: [:])
      #expect(config.misfit == nil, "\(name)")
      try ModelFolder(config: config, model: model, tokenizer: nil).write(to: temporary(name))
    }
    let script =
      FileSystem.parent(of: FileSystem.parent(of: #filePath)) + "/Reference/reference_generation.py"
    #expect(Python.run(try #require(TransformersParityTests.python), [script, temporary.path]) == 0)
    for (name, _, _) in models() {
      let folder = try ModelFolder(opening: temporary(name))
      let theirs = JSONField(try JSON.read(temporary("\(name)/generation.json")), in: name)
      let prompts = try theirs["prompts"].array().map { try ids($0) }
      let length = try theirs["length"].integer()
      let greedy = try theirs["greedy"].array().map { try ids($0) }
      let generator = Generator(folder.model, precision: .float32)
      for (prompt, expected) in zip(prompts, greedy) {
        generator.forget()
        #expect(try generator.generate(prompt, .greedy, maximumTokens: length).ids == expected, "\(name)")
      }
      let requests = prompts.map { GenerationRequest($0, .greedy, maximumTokens: length) }
      for batch in [2, 4] {
        #expect(try generator.generate(requests, batchSize: batch).map(\.ids) == greedy, "\(name) \(batch)")
      }
      try compareSearches(theirs, generator, prompts[0], length, name)
    }
  }

  private func compareSearches(
    _ theirs: JSONField, _ generator: Generator, _ prompt: [Int32], _ length: Int, _ name: String
  ) throws {
    var (ended, differences) = (0, 0)
    for search in try theirs["searches"].array() {
      let settings = BeamSettings(
        beams: try search["beams"].integer(), lengthPenalty: Float(try search["length_penalty"].double()),
        stopping: try #require(BeamSettings.Stopping(rawValue: try search["stopping"].string())))
      let stops = Set(try ids(search["stops"]))
      let found = try generator.beamSearch(prompt, settings, maximumTokens: length, stopIDs: stops)
      let expected = try search["found"].array().map { field in
        // Padding behind the shorter ones.
        let all = try ids(field)
        return all.firstIndex(where: stops.contains).map { Array(all[..<$0]) } ?? all
      }
      #expect(found.map(\.ids) == expected, "\(name) \(settings) \(stops)")
      #expect(found.map(\.score) == found.map(\.score).sorted(by: >))
      ended += found.filter { $0.stopReason != .maximumTokens }.count
      differences += Set(expected).count
    }
    #expect(ended > 10 && differences > 20, "\(name): \(ended) texts ended: the comparison shows little")
  }
}
