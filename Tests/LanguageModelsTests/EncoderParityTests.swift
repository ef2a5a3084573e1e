import Glibc
import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels
import Testing

/// Compares encoders with transformers, unequal lengths in a batch: packed rows here, padded ones there.
///
/// Set `LM_PYTHON` to an interpreter that has it and torch, and `LM_ENCODER` to the folder of an encoder with real
/// weights, such as all-MiniLM-L6-v2, to compare that, too.
@Suite struct EncoderParityTests {
  static let python = Python.interpreter(finding: ["torch", "transformers"])
  private static let outputs = ["hidden", "logits", "pooled", "next_sentence"]
  private let temporary = TemporaryDirectory()

  private func configuration(_ change: (inout TransformerConfiguration) -> Void = { _ in })
    -> TransformerConfiguration
  {
    var configuration = TransformerConfiguration(
      vocabularySize: 1003, contextLength: 70, width: 42, layers: 2, heads: 3, hiddenWidth: 55)
    configuration.encoder()
    configuration.segments = 2
    change(&configuration)
    return configuration
  }

  private func roberta(_ c: inout TransformerConfiguration) {
    (c.segments, c.positionOffset, c.normEpsilon) = (1, 2, 1e-5)
  }

  private var ours: [(name: String, family: any ModelFamily.Type, configuration: TransformerConfiguration)] {
    [
      (
        "bert-pretraining", BertFamily.self,
        configuration { $0.outputs = [.masked, .pooler, .nextSentence] }
      ),
      ("bert-masked", BertFamily.self, configuration { ($0.outputs, $0.activation) = (.masked, .relu) }),
      (
        "bert-untied-unbiased", BertFamily.self,
        configuration { ($0.outputs, $0.tiesHead, $0.hasBiases) = (.masked, false, false) }
      ),
      ("bert-next-sentence", BertFamily.self, configuration { $0.outputs = [.pooler, .nextSentence] }),
      ("bert-bare", BertFamily.self, configuration { $0.outputs = .pooler }),
      (
        "roberta-masked", RobertaFamily.self,
        configuration {
          roberta(&$0)
          $0.outputs = .masked
        }
      ),
      (
        "roberta-bare", RobertaFamily.self,
        configuration {
          roberta(&$0)
          $0.outputs = .pooler
        }
      ),
      (
        "distilbert-masked", DistilBertFamily.self,
        configuration { ($0.segments, $0.outputs, $0.activation) = (0, .masked, .geluTanh) }
      ),
      ("distilbert-bare", DistilBertFamily.self, configuration { ($0.segments, $0.outputs) = (0, []) }),
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

  /// The batch of reference_encoders.py, packed.
  private struct Input {
    var lengths = [13, 5, 29, 1]
    var ids: [Int32] = []
    var segments: [Int32] = []

    init(_ c: TransformerConfiguration) {
      for (s, length) in lengths.enumerated() {
        for i in 0..<length {
          ids.append(Int32((7 * i * i + 3 * i + 5 * s) % (c.vocabularySize - 10) + 10))
          segments.append(c.segments > 1 && i >= (length + 1) / 2 ? 1 : 0)
        }
      }
    }
  }

  /// Everything that the model computes, by the names of the files.
  private func computed(_ model: Transformer, _ input: Input) -> [String: [Double]] {
    let c = model.configuration
    var context = ForwardContext(lengths: input.lengths, isCausal: c.isCausal, precision: .float32)
    context.segments = c.segments > 0 ? input.segments : nil
    let hidden = model.hidden(input.ids, context)
    var result = ["hidden": doubles(hidden.value)]
    if c.outputs.contains(.vocabulary) { result["logits"] = doubles(model.logits(input.ids, context)) }
    if c.outputs.contains(.pooler) {
      let pooled = model.pooled(hidden, context)
      result["pooled"] = doubles(pooled.value)
      if c.outputs.contains(.nextSentence) {
        result["next_sentence"] = doubles(model.nextSentenceScores(pooled, context))
      }
    }
    return result
  }

  private func theirs(_ folder: String) throws -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for name in Self.outputs where FileSystem.kind(of: "\(folder)/\(name).f32") != nil {
      result[name] = try TemporaryDirectory.bytes(of: "\(folder)/\(name).f32").withUnsafeBytes { raw in
        (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
      }
    }
    return result
  }

  /// The largest relative difference of any output.
  private func difference(_ own: [String: [Double]], _ their: [String: [Double]]) -> Double {
    their.map { name, values in
      own[name].map { $0.count == values.count ? relativeError($0, values) : .infinity } ?? .infinity
    }.max() ?? .infinity
  }

  /// One Python process does everything: importing torch takes seconds. Float32 on both sides.
  @Test(.enabled(if: python != nil, "no Python with torch and transformers (LM_PYTHON)"))
  func `encoders go to transformers and back with the same outputs`() throws {
    try FileSystem.createDirectory(temporary("ours"))
    for (name, family, configuration) in ours {
      let config = ModelConfigFile(
        family: family, configuration: configuration, specialTokens: ["pad_token_id": 0])
      #expect(config.misfit == nil, "\(name)")
      try ModelFolder(config: config, model: model(configuration), tokenizer: nil).write(
        to: temporary("ours/\(name)"))
    }
    let script = FileSystem.parent(of: FileSystem.parent(of: #filePath)) + "/Reference/reference_encoders.py"
    let real = getenv("LM_ENCODER").map { String(cString: $0) }
    #expect(Python.run(try #require(Self.python), [script, temporary.path] + (real.map { [$0] } ?? [])) == 0)
    for side in ["ours", "theirs"] {
      let names = try FileSystem.entries(of: temporary(side))
      #expect(names.count == 9)
      for name in names {
        let folder = try ModelFolder(opening: temporary("\(side)/\(name)"))
        let (own, their) = (
          computed(folder.model, Input(folder.config.configuration)), try theirs(temporary("\(side)/\(name)"))
        )
        #expect(Set(own.keys) == Set(their.keys), "\(side)/\(name)")
        #expect(difference(own, their) < 1e-4, "\(side)/\(name): \(difference(own, their))")
        if side == "theirs" { try mutate(folder.model, their, name) }
      }
    }
    if let real {
      let folder = try ModelFolder(opening: real)
      let (own, their) = (
        computed(folder.model, Input(folder.config.configuration)), try theirs(temporary("real"))
      )
      print("\(real): largest relative difference \(difference(own, their))")
      #expect(difference(own, their) < 1e-4)
    }
  }

  /// Shows that the comparison sees each part: without any one of the tensors, or with another choice anywhere, the
  /// outputs are others.
  private func mutate(_ opened: Transformer, _ their: [String: [Double]], _ name: String) throws {
    // One whose values can be changed.
    let model = Transformer(opened.configuration)
    let values = Dictionary(uniqueKeysWithValues: opened.parameters.map { ($0.name, $0.value) })
    for parameter in model.parameters { values[parameter.name]?.copy(into: parameter.value) }
    let input = Input(model.configuration)
    for parameter in model.parameters {
      let old = parameter.value.toArray()
      for index in old.indices { parameter.value.floats[index] = 0 }
      #expect(difference(computed(model, input), their) > 1e-3, "\(name) without \(parameter.name)")
      for index in old.indices { parameter.value.floats[index] = old[index] }
    }
    let changes: [(String, (inout TransformerConfiguration) -> Void)] = [
      ("causal", { $0.isCausal = true }), ("normsEmbedding", { $0.normsEmbedding = false }),
      ("normPlacement", { $0.normPlacement = .pre }),
      ("normEpsilon", { $0.normEpsilon = 0.1 }), ("segments", { $0.segments = $0.segments == 0 ? 1 : 0 }),
      ("activation", { $0.activation = $0.activation == .silu ? .gelu : .silu }),
      ("heads", { ($0.heads, $0.keyValueHeads, $0.headWidth) = (6, 6, 10) }),
      (
        "outputs",
        { $0.outputs = $0.outputs.contains(.transform) ? [.vocabulary, .vocabularyBias] : .masked }
      ),
    ]
    for (choice, change) in changes {
      var configuration = model.configuration
      change(&configuration)
      let other = Transformer(configuration)
      let weights = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.value) })
      for parameter in other.parameters { weights[parameter.name]?.copy(into: parameter.value) }
      var own = computed(other, input)
      if choice == "segments", configuration.segments == 1 {
        other.segmentTable.map { sampleTensor($0.value.shape).copy(into: $0.value) }
        own = computed(other, input)
      }
      guard choice != "outputs" || own["logits"] != nil && their["logits"] != nil else { continue }
      #expect(difference(own, their) > 1e-3, "\(name), another \(choice)")
    }
    var moved = input
    moved.segments = moved.segments.map { 1 - $0 }
    if model.configuration.segments > 1 {
      #expect(difference(computed(model, moved), their) > 1e-3, "\(name), segments")
    }
    moved = input
    moved.lengths = [18, 29, 1]
    #expect(difference(computed(model, moved), their) > 1e-3, "\(name), lengths")
    if model.configuration.positionOffset > 0 {
      let table = try #require(model.positionTable).value
      let old = table.toArray()
      for index in 0..<old.count - table.columnCount { table.floats[index] = old[index + table.columnCount] }
      #expect(difference(computed(model, input), their) > 1e-3, "\(name), positions")
    }
  }
}
