import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

/// Heads of encoders on sequences of unequal length, with segments.
@Suite struct TransformerOutputsTests {
  private let lengths = [5, 3, 1, 6]
  private let segments: [Int32] = [0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1]
  private let sentences: [Int32] = [1, 0, -1, 0]
  private let sample = SampleModel.pairs
  private var ids: [Int32] { sample.ids(15) }

  private func context(_ tape: Tape? = nil) -> ForwardContext {
    var context = ForwardContext(lengths: lengths, isCausal: false, precision: .float32, tape: tape)
    context.segments = segments
    return context
  }

  /// Calls `body` with ids and segments of each sequence, and the first of its rows.
  private func forEachSequence(_ body: (_ index: Int, [Int32], [Int32], _ start: Int) -> Void) {
    var start = 0
    for (index, length) in lengths.enumerated() {
      let range = start..<start + length
      body(index, Array(ids[range]), Array(segments[range]), start)
      start += length
    }
  }

  @Test func `scores are those of the formulas in double precision`() {
    let model = sample.model()
    let reference = ReferenceTransformer(model)
    var (scores, pairs): ([Double], [Double]) = ([], [])
    forEachSequence { _, ids, segments, _ in
      scores += reference.logits(ids, segments: segments).flatMap { $0 }
      pairs += reference.nextSentence(ids, segments: segments)
    }
    onEveryInstructionSet { set in
      #expect(relativeError(doubles(model.logits(ids, context())), scores) < 1e-5, "\(set)")
      let pooled = model.pooled(model.hidden(ids, context()), context())
      #expect(relativeError(doubles(model.nextSentenceScores(pooled, context())), pairs) < 1e-5, "\(set)")
    }
  }

  /// With few targets the head works on their rows only, with many on all rows.
  @Test(arguments: [2, 9, 15]) func `losses and gradients of both heads`(counted: Int) throws {
    let model = sample.model()
    var targets = sample.ids(15, seed: 2)
    for index in 0..<15 - counted { targets[index * 7 % 15] = -1 }
    let tape = Tape()
    let context = context(tape)
    let hidden = model.hidden(ids, context)
    let tokens = model.vocabularyLoss(hidden, targets: targets, gradientScale: 0.5, context)
    let pairs = model.nextSentenceLoss(hidden, targets: sentences, gradientScale: 2, context)
    tape.backward()
    func losses(_ weights: [String: [Double]]) -> (tokens: Double, pairs: Double) {
      var reference = ReferenceTransformer(model)
      reference.weights = weights
      var sums = (tokens: 0.0, pairs: 0.0)
      forEachSequence { index, ids, segments, start in
        let rows = reference.logits(ids, segments: segments)
        for (place, row) in rows.enumerated() where targets[start + place] >= 0 {
          sums.tokens += ReferenceTransformer.crossEntropy(row, targets[start + place])
        }
        guard sentences[index] >= 0 else { return }
        sums.pairs += ReferenceTransformer.crossEntropy(
          reference.nextSentence(ids, segments: segments), sentences[index])
      }
      return sums
    }
    let weights = ReferenceTransformer(model).weights
    let expected = losses(weights)
    #expect(tokens.tokens == counted && abs(tokens.total / expected.tokens - 1) < 1e-5)
    #expect(pairs.tokens == 3 && abs(pairs.total / expected.pairs - 1) < 1e-5)
    for (index, parameter) in model.parameters.enumerated() {
      let gradient = doubles(try #require(parameter.gradient, "\(parameter.name) has no gradient"))
      let size = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let direction = sampleValues(gradient.count, seed: UInt64(index) + 77)
      func value(_ step: Double) -> Double {
        var moved = weights
        moved[parameter.name] = zip(weights[parameter.name] ?? [], direction).map { $0 + step * $1 }
        let sums = losses(moved)
        return 0.5 * sums.tokens + 2 * sums.pairs
      }
      let difference = (value(1e-5) - value(-1e-5)) / 2e-5
      let analytic = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      // As for whole models: 1e-4 for a single operation, some of them in a row.
      #expect(abs(analytic - difference) < 3e-4 * size + 1e-7, "\(parameter.name)")
    }
  }

  @Test func `names of the first BERT, heads of other classes and buffers are accepted`() throws {
    let model = sample.model()
    var named = NamedTensors()
    let own = model.namedTensors(BertFamily.self)
    for name in own.names {
      var old = name
      if name.contains(".LayerNorm.") {
        old = name.hasSuffix("weight") ? name.dropLast(6) + "gamma" : name.dropLast(4) + "beta"
      }
      named[old] = own[name]
    }
    named["bert.embeddings.position_ids"] = Tensor.zeros([1, 9])
    named["cls.predictions.decoder.weight"] = own["bert.embeddings.word_embeddings.weight"]
    named["cls.predictions.decoder.bias"] = own["cls.predictions.bias"]
    let copy = Transformer(sample.configuration)
    try copy.load(named, BertFamily.self, from: "test")
    #expect(zip(model.parameters, copy.parameters).allSatisfy { $0.value.toArray() == $1.value.toArray() })
    // A masked model alone has no use for the rest.
    var masked = sample.configuration
    masked.outputs = .masked
    try Transformer(masked).load(named, BertFamily.self, from: "test")
    named["bert.encoder.layer.9.output.dense.bias"] = Tensor.zeros([12])
    #expect(throws: LMError.self) { try copy.load(named, BertFamily.self, from: "test") }
  }

  @Test func `heads that a folder lacks altogether are left out, and one that is broken is not`() {
    let config = ModelConfigFile(
      family: BertFamily.self, configuration: sample.configuration, specialTokens: [:])
    let names = Set(BertFamily.weights(sample.configuration).map(\.name))
    func outputs(_ isKept: (String) -> Bool) -> TransformerConfiguration.Outputs {
      config.withOutputs(in: names.filter(isKept)).configuration.outputs
    }
    #expect(outputs { _ in true } == sample.configuration.outputs)
    #expect(outputs { !$0.hasPrefix("cls.") } == .pooler)
    #expect(outputs { !$0.hasPrefix("cls.") && !$0.contains("pooler") } == [])
    #expect(outputs { !$0.hasPrefix("cls.predictions.") } == [.pooler, .nextSentence])
    #expect(outputs { $0 != "cls.predictions.bias" } == sample.configuration.outputs)
    #expect(outputs { !$0.contains("pooler") } == sample.configuration.outputs)
  }

  @Test(arguments: [
    (["BertForSequenceClassification"], "\"BertForSequenceClassification\""), (["BertForMaskedLM"], ""),
    ([], ""),
  ])
  func `classes that are not known are refused, and the known ones listed`(names: [String], part: String)
    throws
  {
    var config = BertFamily.config(SampleModel.pairs.configuration)
    config["model_type"] = "bert"
    config["architectures"] = .array(names.map { .string($0) })
    let field = JSONField(.object(config), in: "config.json")
    if part.isEmpty {
      let read = try ModelConfigFile(field, at: "config.json")
      #expect(read.configuration.outputs == (names.isEmpty ? .pooler : .masked))
    } else {
      let error = #expect(throws: LMError.self) { try ModelConfigFile(field, at: "config.json") }
      #expect(error?.description.contains(part) ?? false)
      #expect(error?.description.contains("BertForMaskedLM") ?? false)
    }
  }

  /// A prompt in one piece is seen as a whole, and what follows sees what came before it.
  @Test func `a prefix LM sees its prompt as a whole`() {
    let sample = SampleModel("prefix") { $0.seesWholePrompt = true }
    let (model, ids) = (sample.model(), sample.ids(7))
    var whole = ForwardContext(batch: 1, tokens: 7, precision: .float32)
    whole.ranges = whole.ranges.showing(prefixes: [4])
    let expected = doubles(model.logits(ids, whole))
    let cache = model.makeCache(.float32)
    var rows: [Double] = []
    for range in [0..<4, 4..<5, 5..<7] {
      let context = ForwardContext([cache], tokens: [range.count], precision: .float32)
      rows += doubles(model.logits(Array(ids[range]), context))
    }
    #expect(relativeError(rows, expected) < 1e-5)
    let causal = doubles(model.logits(ids, ForwardContext(batch: 1, tokens: 7, precision: .float32)))
    #expect(relativeError(causal, expected) > 1e-2)
  }
}
