import ArgumentParser
import Glibc
import LMAutograd
import LMData
import LMRuntime
import LMTraining
import LMTransformer
import LanguageModels

/// `lm pretrain`: a model from raw text.
struct Pretrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model from scratch on text.",
    discussion: "The result is an HF folder. Ctrl-C saves and stops; --resume auto goes on bit for bit.")

  @OptionGroup var common: CommonOptions
  @Option(help: "A recipe: \(Presets.names.joined(separator: ", ")). Flags win over it.")
  var preset: String?
  @Option(parsing: .upToNextOption, help: "Text files, .jsonl files with \"text\", folders of them.")
  var data: [String] = []
  @Option(parsing: .upToNextOption, help: "Held-out text (default: the last tenth of --data).")
  var validationData: [String] = []
  @Option(help: "Folder of the run and of the model.")
  var out: String?
  /// What is learned.
  enum ObjectiveChoice: String, ExpressibleByArgument, CaseIterable { case clm, mlm, prefix }

  @Option(
    help: "clm (next token), mlm (hidden tokens), prefix (next token behind a prefix); default: the family's."
  )
  var objective: ObjectiveChoice?
  @Flag(help: "With mlm: pairs of texts, of which the model says whether the second continues the first.")
  var nsp = false
  @Option(help: "With mlm: share of tokens to predict.") var maskProbability = 0.15
  @Flag(help: "With mlm: hide all pieces of a word together.") var wholeWord = false
  @Option(help: "train (a BPE on the text, WordPiece for bert), bytes, or a folder or file.")
  var tokenizer = "train"
  @Option(help: "Entries of a trained tokenizer.")
  var vocabSize = 8192
  @Option(help: "How a trained tokenizer splits text: gpt2, cl100k, o200k, llama3, qwen2.")
  var pattern = "gpt2"
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @Flag(help: "Keep of each layer only its input, compute the rest again: less memory, same bits.")
  var gradCheckpoint = false
  @Option(help: "auto: go on from the newest checkpoint in --out; or a folder training/step-N.")
  var resume: String?
  @Option(help: "Beginning of the sample that the report shows.")
  var samplePrompt = "Once upon a time"
  @Option(help: "Entropy of the validation text in bits per byte, shown in the report.")
  var entropyFloor: Double?

  func run() throws {
    try common.apply()
    StopRequest.install()
    let run = try Pretraining(try plan()) { common.say($0) }
    run.notes.forEach { common.say($0) }
    describe(run)
    let progress = ProgressLine("train", total: run.plan.training.steps, style: common.progressStyle)
    let end = try run.train { event in show(event, progress, run) }
    progress.finish()
    try finish(run, end)
  }

  private func plan() throws -> PretrainingPlan {
    guard !data.isEmpty else {
      throw LMError(.usage, at: "--data", "is missing", remedy: "give a text file, a .jsonl file or a folder")
    }
    guard let out else {
      throw LMError(.usage, at: "--out", "is missing", remedy: "give the folder to write the model to")
    }
    let choice: PretrainingPlan.TokenizerChoice =
      switch tokenizer {
      case "train": .train(vocabularySize: vocabSize, pattern: pattern)
      case "bytes": .bytes
      default: .load(tokenizer)
      }
    let resumption: PretrainingPlan.Resume =
      switch resume {
      case nil: .no
      case "auto": .auto
      case .some(let path): .from(path)
      }
    var plan = PretrainingPlan(
      configuration: try configuration(), family: model.family.rawValue, data: data,
      validationData: validationData, output: out, tokenizer: choice, training: try training.settings(),
      resume: resumption, command: CommandLine.arguments.map(Self.quoted).joined(separator: " "),
      samplePrompt: samplePrompt, entropyFloor: entropyFloor)
    plan.checkpointsBlocks = gradCheckpoint
    plan.objective = try chosenObjective()
    return plan
  }

  private func configuration() throws -> TransformerConfiguration {
    var configuration = try model.configuration()
    if nsp { configuration.outputs.formUnion([.pooler, .nextSentence]) }
    configuration.seesWholePrompt = objective == .prefix
    return configuration
  }

  private func chosenObjective() throws -> Objective {
    let choice = try objective ?? (model.configuration().isCausal ? .clm : .mlm)
    guard choice == .mlm || !nsp && !wholeWord else {
      throw LMError(
        .usage, at: nsp ? "--nsp" : "--whole-word", "belongs to --objective mlm", remedy: "leave it out")
    }
    return switch choice {
    case .clm: .causal
    case .prefix: .prefix
    case .mlm:
      .masked(Objective.Masking(probability: maskProbability, isWholeWord: wholeWord, hasPairs: nsp))
    }
  }

  private static func quoted(_ argument: String) -> String {
    let isPlain =
      !argument.isEmpty && argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:+".contains($0) }
    return isPlain
      ? argument
      : "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
  }

  private func describe(_ run: Pretraining) {
    let c = run.plan.configuration
    common.say(
      "\(NumberText.grouped(c.parameterCount)) parameters, \(NumberText.grouped(run.training.ids.count)) training tokens, "
        + "\(NumberText.grouped(run.validation.ids.count)) for validation, vocabulary \(c.vocabularySize)")
    if let misfit = run.misfit {
      common.say(
        "transformers cannot open the result as \(run.plan.family): \(misfit); it is saved as lm's own")
    }
    if run.trainer.state.step > 0 { common.say("resuming after step \(run.trainer.state.step)") }
  }

  private func show(_ event: Trainer.Event, _ progress: ProgressLine, _ run: Pretraining) {
    switch event {
    case .step(let record):
      progress.update(
        step: record.step, "loss \(NumberText.fixed(record.loss, decimals: 3))",
        run.trainer.state.validationLoss.map { "validation \(NumberText.fixed($0, decimals: 3))" } ?? "",
        "\(NumberText.grouped(Int(record.tokensPerSecond))) tokens/s")
    case .skipped(let step, let loss, let norm):
      progress.message("step \(step) was skipped: loss \(loss), gradient norm \(norm)")
    }
  }

  private func finish(_ run: Pretraining, _ end: Trainer.End) throws {
    let state = run.trainer.state
    if common.json {
      var object = JSONObject()
      object["steps"] = .integer(state.step)
      object["seconds"] = .number(state.seconds)
      object["loss"] = .number(state.loss)
      object["validation_loss"] = state.validationLoss.map { .number($0) } ?? .null
      object["bits_per_byte"] = run.bitsPerByte.map { .number($0) } ?? .null
      object["peak_rss_mb"] = .integer(peakMemoryInMiB())
      object["model"] = .string(run.plan.output)
      print(JSON.object(object).text())
    }
    if let sample = try run.sample() { common.say("\n\(sample)\n") }
    let loss =
      state.validationLoss.map { "validation loss \(NumberText.fixed($0, decimals: 4))" }
      ?? "training loss \(NumberText.fixed(state.loss, decimals: 4))"
    let bits = run.bitsPerByte.map { " (\(NumberText.fixed($0, decimals: 3)) bits per byte)" } ?? ""
    common.say("\(state.step) steps in \(NumberText.fixed(state.seconds, decimals: 1)) s, \(loss)\(bits)")
    common.say("model \(run.plan.output), report \(run.plan.output)/report.html")
    if case .interrupted(let signal) = end {
      common.say("interrupted; go on with the same command and --resume auto")
      throw ExitCode(signal.exitCode)
    }
  }
}
