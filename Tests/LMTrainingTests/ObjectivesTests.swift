import LMAutograd
import LMData
import LMFormats
import LMRuntime
import LMTensor
import LMTestSupport
import LMTokenizer
import LMTraining
import LMTransformer
import Testing

/// Runs of a tiny BERT with pairs, and of a prefix LM.
@Suite struct ObjectivesTests {
  private let temporary = TemporaryDirectory()
  private let run: ToyRun
  private let tokenizer: Tokenizer
  private let stream: TokenStream

  init() throws {
    let words = ["the", "cat", "dog", "saw", "a", "bird", "hid", "running", "sleeps", "under"]
    var random = RandomStream(seed: 2)
    let documents = (0..<40).map { _ in
      var word = random.uniform(below: 10)
      return (0..<5 + random.uniform(below: 30)).map { _ in
        // A word says much about its neighbours.
        word = (word * 3 + 1 + random.uniform(below: 2)) % 10
        return words[word]
      }.joined(separator: " ")
    }
    tokenizer = try WordPieceTrainer(vocabularySize: 60).tokenizer { add in
      for document in documents { Array(document.utf8).withUnsafeBufferPointer(add) }
    }
    stream = try TokenStream.encode(TextSource(documents.map { TextDocument($0) }), with: tokenizer)
    var run = ToyRun(steps: 12)
    run.configuration.vocabularySize = tokenizer.vocabularySize
    run.configuration.contextLength = 20
    run.configuration.encoder()
    run.configuration.segments = 2
    run.configuration.outputs = [.masked, .pooler, .nextSentence]
    run.configuration.dropout = 0.1
    self.run = run
  }

  private var masking: Objective.Masking { Objective.Masking(hasPairs: true) }

  private func batches(_ sequences: Int, _ masking: Objective.Masking? = nil) throws -> (Int) -> TokenBatch {
    let sampler = try MaskedBatchSampler(
      stream, masking ?? self.masking, tokenizer, sequences: sequences, tokens: 20, seed: 7)
    return { step in
      var own = sampler
      return own.batch(step)
    }
  }

  @Test func `a stopped and resumed run has the bits of a whole one`() throws {
    try withFixedKernels {
      let batches = try batches(4)
      let whole = run.trainer()
      try run.train(whole, batch: batches)
      let config = ModelConfigFile(
        family: BertFamily.self, configuration: run.configuration, specialTokens: [:])
      var half = run
      half.settings.saveEvery = 5
      let checkpoint = try TrainingCheckpoint(temporary("run"), fingerprint: ["run": 1])
      let first = half.trainer()
      var saved = 0
      try half.train(
        first, batch: batches,
        save: { () throws(LMError) in
          if saved == 0 { try checkpoint.save(first, config) }
          saved += 1
        })
      let second = run.trainer()
      second.model.initialize(seed: 99)
      #expect(try checkpoint.restore(second, config, onRejected: { _ in }) && second.state.step == 5)
      try run.train(second, batch: batches)
      #expect(second.bits == whole.bits && second.state.withoutTime == whole.state.withoutTime)
    }
  }

  @Test func `losses, accuracies and tokens are recorded, and losses fall`() throws {
    var run = run
    run.settings.steps = 150
    run.settings.batchSize = 16
    run.settings.stepsPerEvaluation = 50
    run.configuration.dropout = 0
    let trainer = run.trainer()
    let batches = try batches(16)
    let heldOut = try MaskedBatchSampler(stream, masking, tokenizer, sequences: 9, tokens: 20, seed: 0)
    var records: [MetricsRecord] = []
    _ = try trainer.run(
      batch: batches, validate: { trainer.measure(heldOut.evaluationBatches) }, save: {},
      onEvent: { if case .step(let record) = $0 { records.append(record) } })
    let measured = records.filter { $0.validationLoss != nil }
    #expect(measured.map(\.step) == [50, 100, 150])
    #expect(records.allSatisfy { $0.sentenceLoss != nil })
    #expect((measured.last?.validationLoss ?? 9) < (records.first?.loss ?? 0) - 1)
    #expect((measured.last?.validationAccuracy ?? 0) > 0.4)
    #expect((measured.last?.validationSentenceAccuracy ?? 0) > 0.3)
    #expect(measured.last?.validationSentenceLoss?.isFinite == true)
    #expect(trainer.state.tokens == (0..<150).reduce(0) { $0 + batches($1).ids.count })
    let log = MetricsLog(temporary("metrics.jsonl"))
    for record in measured { try log.append(record) }
    #expect(try log.records() == measured)
    let report = temporary("report.html")
    try RunReport(title: "bert", records: records).write(to: report)
    let html = String(decoding: try TemporaryDirectory.bytes(of: report), as: UTF8.self)
    #expect(html.contains("Next sentence") && html.contains("Accuracy"))
  }

  /// Both heads, weighted by tokens and by pairs of the whole batch.
  @Test(arguments: [1, 2]) func `parts of a batch one after the other equal the batch`(parts: Int) throws {
    var whole = run
    (whole.settings.steps, whole.configuration.dropout) = (3, 0)
    whole.settings.optimizer = AdamW(epsilon: 1e-3)
    var split = whole
    split.settings.gradientAccumulationSteps = parts
    let (a, b) = (whole.trainer(), split.trainer())
    try whole.train(a, batch: try batches(8))
    try split.train(b, batch: try batches(8 / parts))
    #expect(relativeError(b.weights, a.weights) < 1e-5)
    #expect(a.state.tokens == b.state.tokens)
  }

  @Test func `a prefix LM learns, and prefixes are seen`() throws {
    var run = ToyRun(steps: 100)
    run.configuration.seesWholePrompt = true
    let trainer = run.trainer()
    let sampler = try BatchSampler(ToyRun.stream, sequences: 4, tokens: 12, seed: 1)
    let batch: (Int) -> TokenBatch = { step in
      var own = sampler
      return own.prefixBatch(step)
    }
    var losses: [Double] = []
    try run.train(
      trainer, batch: batch, onEvent: { if case .step(let record) = $0 { losses.append(record.loss) } })
    #expect((losses.last ?? 9) < 1 && (losses.first ?? 0) > 2.5)
    var causal = batch(0)
    causal.prefixes = nil
    let (seen, unseen) = (trainer.measure([batch(0)])?.loss ?? 0, trainer.measure([causal])?.loss ?? 0)
    #expect(seen > 0 && abs(seen - unseen) > 1e-3)
  }
}
