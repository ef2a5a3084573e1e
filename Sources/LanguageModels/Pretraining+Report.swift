import Glibc
import LMGeneration
import LMRuntime
import LMTensor
import LMTraining

extension Pretraining {
  /// Text that the model writes after the plan's prompt; nil where none was asked for.
  public func sample() throws(LMError) -> String? {
    guard let prompt = plan.samplePrompt, plan.configuration.isCausal else { return nil }
    let model = try LanguageModel(folder, precision: plan.training.precision, place: plan.output)
    let room = plan.configuration.contextLength - (try model.promptIDs(prompt)).count
    guard room > 0 else { return nil }
    var text = prompt
    _ = try model.generate(prompt, maximumTokens: min(200, room)) { piece in
      text += piece
      return true
    }
    return text
  }

  /// Writes `report.html`: curves, samples of every checkpoint of this session, configuration.
  func writeReport() throws(LMError) {
    if let text = try sample(), samples.last?.text != text {
      samples.append(RunReport.Sample(title: "After \(trainer.state.step) steps", text: text))
    }
    var report = RunReport(title: plan.output, records: try metrics.records(), entropyFloor: floorPerToken)
    report.samples = Array(samples.suffix(4))
    report.configuration = [modelGroup, recipeGroup, dataGroup]
    report.command = plan.command
    report.resumeCommand = plan.resume == .no ? "\(plan.command) --resume auto" : plan.command
    try report.write(to: "\(plan.output)/report.html")
  }

  /// The entropy of the validation text in nats per token.
  private var floorPerToken: Double? {
    plan.entropyFloor.map {
      $0 * log(2) * Double(validation.byteCount) / Double(max(1, validation.ids.count))
    }
  }

  private var modelGroup: RunReport.Group {
    let c = plan.configuration
    return RunReport.Group(
      "Model",
      [
        ("family", folder.config.family.modelType), ("objective", plan.objective.name),
        ("parameters", "\(c.parameterCount)"),
        ("vocabulary", "\(c.vocabularySize)"), ("context", "\(c.contextLength)"), ("layers", "\(c.layers)"),
        ("width", "\(c.width)"), ("hidden width", "\(c.hiddenWidth)"),
        ("heads", "\(c.heads) on \(c.keyValueHeads) of width \(c.headWidth)"), ("norm", c.norm.rawValue),
        ("positions", "\(c.position)"),
        ("feed-forward", "\(c.activation.rawValue)\(c.isGated ? ", gated" : "")"),
      ])
  }

  private var recipeGroup: RunReport.Group {
    let t = plan.training
    let values = t.gradients.limit.isFinite ? ", values to \(t.gradients.limit)" : ""
    let clipping = "norm to \(t.maximumNorm)\(values)"
    return RunReport.Group(
      "Recipe",
      [
        ("steps", "\(t.steps)"), ("batch", "\(t.batchSize) × \(t.gradientAccumulationSteps) sequences"),
        (
          "learning rate",
          "\(t.schedule.name), \(t.learningRate) to \(t.minimumLearningRate), warm-up \(t.warmupSteps)"
        ),
        ("optimizer", t.optimizer.summary), ("clipping", clipping),
        ("penalties", "L1 \(t.gradients.l1), L2 \(t.gradients.l2)"),
        ("dropout", "\(plan.configuration.dropout)"),
        ("precision", t.precision == .bfloat16 ? "bf16 products, float32 sums and weights" : "float32"),
        ("seed", "\(t.seed)"), ("kernels", "\(Kernels.instructionSet)"),
        ("threads", "\(ThreadPool.shared.threadCount)"),
      ])
  }

  private var dataGroup: RunReport.Group {
    RunReport.Group(
      "Data",
      [
        ("text", plan.data.joined(separator: ", ")),
        ("training", "\(training.byteCount) bytes, \(training.ids.count) tokens"),
        ("validation", "\(validation.byteCount) bytes, \(validation.ids.count) tokens"),
        ("bits per byte", bitsPerByte.map { "\(($0 * 1000).rounded() / 1000)" } ?? "not measured"),
      ])
  }
}
