import ArgumentParser
import LMRuntime
import LMTensor
import LMTraining
import LMTransformer

/// `lm bench train`: whole training steps on random tokens.
struct BenchTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Time training steps: forward, backward, clipping, update.")

  @OptionGroup var common: CommonOptions
  @Option(help: "A shape to compare on: \(BenchmarkShape.all.map(\.name).joined(separator: ", ")).")
  var shape: String?
  @OptionGroup(title: "Model, without --shape") var model: ModelOptions
  @Option(help: "Vocabulary, without --shape.") var vocabSize = 8192
  @Option(help: "Sequences of a batch (default: the shape's, or 4).") var batchSize: Int?
  @Option(help: "Batches of a step, whose gradients are added.") var gradAccumulationSteps = 1
  @Flag(help: "Keep of each layer only its input, and compute the rest again in backward.")
  var gradCheckpoint = false
  @OptionGroup var optimizer: OptimizerOptions
  @Option(help: "Timed steps.") var steps = 20
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.auto
  @Flag(help: "Also measure the ceiling of products and give the share of it.") var ceiling = false

  func run() throws {
    try common.apply()
    let known = try shape.map { name in
      guard let found = BenchmarkShape.named(name) else {
        throw LMError(
          .usage, at: "--shape", "\"\(name)\" is unknown",
          remedy: "use one of \(BenchmarkShape.all.map(\.name).joined(separator: ", "))")
      }
      return found
    }
    var configuration = try known?.configuration ?? model.configuration()
    if known == nil { configuration.vocabularySize = vocabSize }
    let sequences = batchSize ?? known?.batch ?? 4
    try configuration.validate(at: "the model")
    guard steps > 0, sequences > 0, gradAccumulationSteps > 0 else {
      throw LMError(
        .usage, at: "--steps", "--batch-size and --grad-accumulation-steps must be at least 1",
        remedy: "use larger numbers")
    }
    var options = StepBenchmark.Options()
    options.gradientAccumulationSteps = gradAccumulationSteps
    options.checkpointsBlocks = gradCheckpoint
    let peak = ceiling ? MachineCeilings.measure().operations(precision.dtype) : nil
    let optimizer = try optimizer.settings()
    let result = StepBenchmark(
      configuration, batchSize: sequences, precision: precision.dtype, optimizer: optimizer, options: options
    ).run(steps: steps)
    let rate = result.operationsPerStep / result.medianStepMilliseconds * 1e3
    var object = JSONObject()
    object["shape"] = .string(shape ?? "given")
    object["precision"] = .string(precision.dtype == .bfloat16 ? "bf16" : "fp32")
    object["optimizer"] = .string(type(of: optimizer).name)
    object["parameters"] = .integer(result.parameters)
    object["median_step_ms"] = .number(result.medianStepMilliseconds)
    object["median_update_ms"] = .number(result.medianUpdateMilliseconds)
    object["tokens_per_second"] = .number(result.tokensPerSecond)
    object["peak_rss_mb"] = .integer(peakMemoryInMiB())
    object["peak_tensor_bytes"] = .integer(TensorMemory.current.peakBytes)
    object["tensor_bytes_from_system"] = .integer(TensorMemory.current.bytesFromSystem)
    object["late_system_allocations"] = .integer(result.lateSystemAllocations)
    object["gflops"] = .number(rate * 1e-9)
    if let peak { object["share_of_ceiling"] = .number(rate / peak) }
    printObject(object, asJSON: true)
  }
}
