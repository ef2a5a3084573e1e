import LMAutograd
import LMData
import LMRuntime
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels
import Testing

/// A BERT with both heads, trained on the bundled corpus and opened by transformers.
@Suite struct BertPretrainingTests {
  static let python = Python.interpreter(finding: ["torch", "transformers"])
  private let temporary = TemporaryDirectory()

  private func plan() -> PretrainingPlan {
    var configuration = TransformerConfiguration(
      vocabularySize: 256, contextLength: 48, width: 48, layers: 2, heads: 3, hiddenWidth: 96)
    configuration.encoder()
    (configuration.segments, configuration.outputs) = (2, [.masked, .pooler, .nextSentence])
    var settings = TrainingSettings()
    (settings.steps, settings.batchSize, settings.stepsPerEvaluation) = (120, 16, 40)
    (settings.warmupSteps, settings.learningRate) = (20, 3e-3)
    var plan = PretrainingPlan(
      configuration: configuration, family: "bert",
      data: [SharedData.packageRoot + "/corpora/english.heldout.jsonl"], output: temporary("run"),
      tokenizer: .train(vocabularySize: 400, pattern: "gpt2"), training: settings)
    plan.objective = .masked(Objective.Masking(hasPairs: true))
    return plan
  }

  @Test func `its validation loss falls, and transformers computes the same`() throws {
    let run = try Pretraining(plan())
    #expect(run.misfit == nil && run.bitsPerByte == nil)
    var losses: [Double] = []
    _ = try run.train { event in
      if case .step(let record) = event, let loss = record.validationLoss { losses.append(loss) }
    }
    // ln 400 = 6.0 where nothing is known.
    #expect(losses.count == 3 && losses[0] < 5.5 && losses[2] < losses[0] - 0.04, "\(losses)")
    #expect(try run.sample() == nil)
    guard let python = Self.python else {
      print("skipped: no Python with torch and transformers (LM_PYTHON)")
      return
    }
    let script = FileSystem.parent(of: FileSystem.parent(of: #filePath)) + "/Reference/reference_bert.py"
    let (first, second) = ("Once there was a small fox.", "She ran home, and Zoë sang!")
    #expect(Python.run(python, [script, temporary("run"), first, second]) == 0)
    let path = "\(temporary("run"))/reference.json"
    let theirs = JSONField(try JSON.read(path), in: path)
    func numbers(_ key: String) throws -> [Double] { try theirs[key].array().map { try $0.double() } }
    let folder = try ModelFolder(opening: temporary("run"))
    let pair = try #require(folder.tokenizer).encode(first, second)
    #expect(pair.ids.map(Double.init) == (try numbers("ids")))
    #expect(pair.typeIDs.map(Double.init) == (try numbers("segments")))
    var context = ForwardContext(lengths: [pair.ids.count], isCausal: false, precision: .float32)
    context.segments = pair.typeIDs
    let model = folder.model
    #expect(relativeError(doubles(model.logits(pair.ids, context)), try numbers("logits")) < 1e-4)
    let pooled = model.pooled(model.hidden(pair.ids, context), context)
    #expect(
      relativeError(doubles(model.nextSentenceScores(pooled, context)), try numbers("next_sentence")) < 1e-4)
  }
}
