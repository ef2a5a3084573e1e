import Glibc
import LMData
import LMFormats
import LMRuntime
import LMTokenizer
import LMTraining
import LMTransformer

/// A pretraining run from text to a model folder.
///
///     let run = try Pretraining(plan)
///     let end = try run.train { event in show(event) }
public final class Pretraining {
  /// What was asked for, with the sizes that followed.
  public let plan: PretrainingPlan
  /// Trains; its state says how far the run has come.
  public let trainer: Trainer
  /// The model with its files.
  public let folder: ModelFolder
  /// Tokens and bytes of the training and validation text.
  public let training: TokenStream
  /// Held-out tokens and bytes.
  public let validation: TokenStream
  /// Why transformers will not open the result, or nil.
  public let misfit: String?
  /// What a person should know before the run begins: damaged checkpoints that were passed over.
  public private(set) var notes: [String] = []

  private let lock: DirectoryLock
  private let checkpoints: TrainingCheckpoint
  private var batches: ObjectiveBatches
  let metrics: MetricsLog
  var samples: [RunReport.Sample] = []

  /// Reads the data, trains or loads the tokenizer, makes the model and restores a checkpoint if asked to.
  /// - Parameter onStage: is told what is being done, in words.
  /// - Throws: ``LMError``; nothing was written unless the output folder was free or holds this run.
  public init(_ plan: PretrainingPlan, onStage: (String) -> Void = { _ in }) throws(LMError) {
    try plan.training.validate()
    let requested = try ModelFamilies.named(plan.family, at: "--family")
    try plan.configuration.validate(at: "the model")
    try plan.checkObjective()
    let run = RunFolder(plan.output)
    try run.checkFree(resume: plan.resume)

    onStage("reading \(plan.data.joined(separator: ", "))")
    let (trainingText, validationText) = try Self.texts(plan)
    // A folder of its own is made when nothing stands against the run any more.
    let existing = FileSystem.kind(of: plan.output) == nil ? nil : try DirectoryLock(plan.output)
    let tokenizer = try Self.tokenizer(plan, trainingText, onStage)
    onStage("encoding \(trainingText.byteCount + validationText.byteCount) bytes")
    training = try TokenStream.encode(trainingText, with: tokenizer)
    validation = try TokenStream.encode(validationText, with: tokenizer)

    var plan = plan
    plan.configuration.vocabularySize = tokenizer.vocabularySize
    try plan.configuration.validate(at: "the model")
    try Self.requireMemory(plan)
    self.plan = plan
    batches = try ObjectiveBatches(plan, training, validation, tokenizer)
    misfit = requested.misfit(plan.configuration)
    let config = ModelConfigFile(
      family: misfit == nil ? requested : NativeFamily.self, configuration: plan.configuration,
      specialTokens: Self.specialTokens(tokenizer))
    try FileSystem.createDirectory(plan.output)
    if let existing { lock = existing } else { lock = try DirectoryLock(plan.output) }
    let model = Transformer(plan.configuration)
    folder = ModelFolder(config: config, model: model, tokenizer: tokenizer)
    trainer = Trainer(model, plan.training)
    trainer.checkpointsBlocks = plan.checkpointsBlocks
    checkpoints = try TrainingCheckpoint(
      run.checkpoints, fingerprint: Self.fingerprint(plan, training, validation))
    metrics = MetricsLog("\(plan.output)/metrics.jsonl")
    try start(run)
  }

  /// Restores the checkpoint that was asked for, or initialises the weights.
  private func start(_ run: RunFolder) throws(LMError) {
    var notes: [String] = []
    var isRestored = false
    switch plan.resume {
    case .no: break
    case .auto:
      isRestored = try checkpoints.restore(trainer, folder.config) { rejected in
        notes.append("passed over a damaged checkpoint: \(rejected.reason)")
      }
    case .from(let path):
      try checkpoints.restore(trainer, folder.config, fromFolder: path)
      isRestored = true
    }
    self.notes = notes
    if !isRestored { folder.model.initialize(seed: plan.training.seed) }
    try checkpoints.requireSpace(trainer)
    try folder.tokenizer?.save(to: plan.output)
    try metrics.resume(atStep: trainer.state.step)
  }

  /// Trains to the end, writes the model and the report.
  /// - Throws: ``LMError``; the last checkpoint is kept.
  public func train(onEvent: (Trainer.Event) -> Void) throws(LMError) -> Trainer.End {
    var logFailure: LMError?
    var fullDisks = 0
    let end = try trainer.run(
      batch: { batches.batch($0) },
      validate: { batches.measure(trainer) },
      save: { [self] () throws(LMError) in
        // A full disk ends the run only when it stays full: the last checkpoint is kept meanwhile.
        do throws(LMError) {
          try checkpoints.save(trainer, folder.config)
          try writeReport()
          fullDisks = 0
        } catch {
          fullDisks += 1
          let isLast = trainer.state.step == plan.training.steps || StopRequest.isRaised
          guard error.kind == .diskFull, fullDisks < 3, !isLast else { throw error }
        }
      },
      onEvent: { [self] event in
        if case .step(let record) = event {
          do throws(LMError) { try metrics.append(record) } catch { logFailure = logFailure ?? error }
        }
        onEvent(event)
      })
    // The model matters more than its log: it is written first.
    try folder.write(to: plan.output)
    if let logFailure { throw logFailure }
    try writeReport()
    return end
  }

  /// Validation loss in bits per byte of text; nil where not every token is predicted.
  public var bitsPerByte: Double? {
    guard plan.objective == .causal else { return nil }
    return trainer.state.validationLoss.map { validation.bitsPerByte(loss: $0) }
  }
}

extension Pretraining {
  private static func texts(_ plan: PretrainingPlan) throws(LMError) -> (TextSource, TextSource) {
    let all = try TextSource.read(plan.data)
    if !plan.validationData.isEmpty { return (all, try TextSource.read(plan.validationData)) }
    let parts = try all.split()
    return (parts.training, parts.validation)
  }

  /// Refuses sizes that this machine cannot hold: weights, gradients and optimizer state, and of each token at
  /// least what enters a layer.
  private static func requireMemory(_ plan: PretrainingPlan) throws(LMError) {
    let c = plan.configuration
    let tokens = Double(plan.training.batchSize) * Double(c.contextLength)
    let needed =
      Double((8 + plan.training.optimizer.stateBytes) * c.parameterCount) + 4 * tokens * Double(c.layers)
      * Double(c.width)
    let memory = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
    guard needed > memory else { return }
    func gibibytes(_ bytes: Double) -> String { "\((bytes / 0x1p30).rounded(.up))".replacing(".0", with: "") }
    throw LMError(
      .usage, at: "the model",
      "takes more than \(gibibytes(needed)) GiB to train, this machine has \(gibibytes(memory))",
      remedy: "use smaller sizes, a smaller --batch-size or a smaller --context")
  }

  /// The tokenizer that was asked for. One that is trained comes out the same each time.
  private static func tokenizer(
    _ plan: PretrainingPlan, _ text: TextSource, _ onStage: (String) -> Void
  ) throws(LMError) -> Tokenizer {
    switch plan.tokenizer {
    case .bytes: return Tokenizer.bytes()
    case .load(let path): return try Tokenizer.load(path: path)
    case .train(let size, _) where Self.wordPieceFamilies.contains(plan.family):
      onStage("training a WordPiece tokenizer of \(size) entries")
      return try WordPieceTrainer(vocabularySize: size).tokenizer { add in
        for document in text.documents { document.withBytes(add) }
      }
    case .train(let size, let name):
      guard let pattern = SplitPattern(rawValue: name) else {
        let known = SplitPattern.allCases.map(\.rawValue).joined(separator: ", ")
        throw LMError(.usage, at: "--pattern", "\"\(name)\" is unknown", remedy: "use one of \(known)")
      }
      onStage("training a tokenizer of \(size) entries")
      var counts = WordCounts(pattern: pattern)
      for document in text.documents { document.withBytes { counts.add($0) } }
      return try BPETrainer(vocabularySize: size).train(counts)
    }
  }

  /// Families whose tokenizers are WordPiece.
  private static let wordPieceFamilies = [BertFamily.modelType, DistilBertFamily.modelType]

  private static func specialTokens(_ tokenizer: Tokenizer) -> [String: Int] {
    let ids = [
      ("bos_token_id", tokenizer.bosID), ("eos_token_id", tokenizer.eosID), ("pad_token_id", tokenizer.padID),
    ]
    return Dictionary(uniqueKeysWithValues: ids.compactMap { key, id in id.map { (key, Int($0)) } })
  }

  /// Everything that decides about the bits of a run, except the instruction set.
  private static func fingerprint(
    _ plan: PretrainingPlan, _ training: TokenStream, _ validation: TokenStream
  ) -> JSONObject {
    var object = JSONObject()
    if case .object(let model) = plan.configuration.json {
      for member in model.members { object[member.key] = member.value }
    }
    object["family"] = .string(plan.family)
    if plan.objective != .causal { object["objective"] = .string(plan.objective.name) }
    for member in plan.training.json.members { object[member.key] = member.value }
    for (name, ids) in [("training tokens", training.ids), ("validation tokens", validation.ids)] {
      object[name] = .string(ids.withUnsafeBytes { SHA256Digest(of: $0) }.description)
    }
    return object
  }
}
