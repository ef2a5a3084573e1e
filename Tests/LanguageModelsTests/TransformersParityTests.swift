import LMAttention
import LMAutograd
import LMRuntime
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels
import Testing

/// Compares with transformers: set `LM_PYTHON` to an interpreter that has it and torch.
@Suite struct TransformersParityTests {
  static let python = Python.interpreter(finding: ["torch", "transformers"])
  private let temporary = TemporaryDirectory()
  /// Of float32 sums in another order, through three layers; in units of the largest score.
  private static let tolerance: Float = 1e-4

  /// One Python process does everything: importing torch takes seconds.
  @Test(.enabled(if: python != nil, "no Python with torch and transformers (LM_PYTHON)"))
  func `models go to transformers and back with the same scores and texts`() throws {
    try FileSystem.createDirectory(temporary("ours"))
    for sample in FamilySample.all {
      let config = ModelConfigFile(
        family: sample.family, configuration: sample.configuration, specialTokens: ["eos_token_id": 1])
      #expect(config.misfit == nil, "\(sample.name)")
      try ModelFolder(config: config, model: sample.model(), tokenizer: nil).write(
        to: temporary("ours/\(sample.name)"))
    }
    let script = FileSystem.parent(of: FileSystem.parent(of: #filePath)) + "/Reference/reference_models.py"
    #expect(Python.run(try #require(Self.python), [script, temporary.path]) == 0)
    for side in ["ours", "theirs"] {
      let names = try FileSystem.entries(of: temporary(side))
      #expect(names.count >= FamilySample.all.count)
      for name in names {
        let place = temporary("\(side)/\(name)")
        let folder = try ModelFolder(opening: place)
        try compare(folder, with: try ModelAnswers(writtenTo: place), "\(side)/\(name)")
        expectEverythingCounts(folder, "\(side)/\(name)")
      }
    }
  }

  private func compare(_ folder: ModelFolder, with theirs: ModelAnswers, _ name: String) throws {
    let own = try ModelAnswers(folder)
    for (ours, their) in zip(own.scores, theirs.scores) {
      let difference = ModelAnswers.difference(ours.values, their.values)
      #expect(difference < Self.tolerance, "\(name), \(ours.name): \(difference)")
    }
    #expect(own.greedy == theirs.greedy, "\(name)")
  }

  /// Without any of its parts the model would not have passed: another value of half of a parameter's elements, or
  /// a choice that is not made, changes scores by ten times the tolerance.
  private func expectEverythingCounts(_ folder: ModelFolder, _ name: String) {
    let c = folder.model.configuration
    func copy(_ configuration: TransformerConfiguration) -> Transformer {
      let copy = Transformer(configuration)
      for (target, source) in zip(copy.parameters, folder.model.parameters) {
        source.value.copy(into: target.value)
      }
      return copy
    }
    let model = copy(c)
    let original = scores(model)
    for parameter in model.parameters {
      let values = parameter.value.toArray()
      for index in stride(from: 0, to: values.count, by: 2) { parameter.value.floats[index] *= 1.5 }
      let difference = ModelAnswers.difference(scores(model), original)
      #expect(difference > 10 * Self.tolerance, "\(name) without \(parameter.name): \(difference)")
      for (index, value) in values.enumerated() { parameter.value.floats[index] = value }
    }
    for (choice, other) in Self.others(c) {
      let difference = ModelAnswers.difference(scores(copy(other)), original)
      #expect(difference > 10 * Self.tolerance, "\(name) without \(choice): \(difference)")
    }
  }

  private func scores(_ model: Transformer) -> [Float] {
    let ids = ModelAnswers.ids(30, vocabulary: model.configuration.vocabularySize)
    return model.logits(ids, ForwardContext(batch: 1, tokens: 30, precision: .float32)).toArray()
  }

  /// The configuration with one of its choices taken back each time.
  private static func others(
    _ c: TransformerConfiguration
  ) -> [(choice: String, configuration: TransformerConfiguration)] {
    var result: [(choice: String, configuration: TransformerConfiguration)] = []
    func add(_ choice: String, if isMade: Bool = true, _ change: (inout TransformerConfiguration) -> Void) {
      var other = c
      change(&other)
      if isMade { result.append((choice, other)) }
    }
    add("activation") { $0.activation = c.activation == .relu ? .gelu : .relu }
    add("parallel layers") { $0.isParallel.toggle() }
    add("window", if: c.window != nil) { $0.window = nil }
    add("windowed layers", if: c.window != nil) { $0.windowedLayers = c.windowedLayers.map { !$0 } }
    add("base of windows", if: c.windowedRotaryBase != nil) { $0.windowedRotaryBase = nil }
    add("layers that do not rotate", if: c.rotatedLayers.contains(false)) { $0.rotatedLayers = [true] }
    add("attention scale", if: c.attentionScale != nil) { $0.attentionScale = nil }
    add("attention cap", if: c.attentionSoftCap != nil) { $0.attentionSoftCap = nil }
    add("logit cap", if: c.logitSoftCap != nil) { $0.logitSoftCap = nil }
    add("embedding scale", if: c.embeddingScale != 1) { $0.embeddingScale = 1 }
    add("slopes", if: c.position == .alibi) { $0.alibiMaximum = 6 }
    guard case .rotary(let settings) = c.position else { return result }
    func rotate(_ choice: String, if isMade: Bool = true, _ change: (inout RotarySettings) -> Void) {
      var other = settings
      change(&other)
      add(choice, if: isMade) { $0.position = .rotary(other) }
    }
    rotate("rotary base") { $0.base *= 3 }
    rotate("rotary part", if: settings.width != nil) { $0.width = nil }
    rotate("rotary scaling", if: settings.scaling != .none) { $0.scaling = .none }
    return result
  }
}
