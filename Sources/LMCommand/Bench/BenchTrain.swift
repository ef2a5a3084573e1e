import ArgumentParser
import LMTensor
import LMTraining
import LMTransformer
import LMRuntime

struct BenchTrain: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "train", abstract: "Time training steps.")
  @Option var shape: String = "char-0.8M"
  @Option var steps = 20
  @Option var precision = "fp32"
  @Option var threads = ThreadPool.processorCount

  func run() throws {
    ThreadPool.configureShared(threads: threads)
    var c: TransformerConfiguration
    var batch = 0
    switch shape {
    case "char-0.8M":
      c = .init(vocabularySize: 65, contextLength: 64, width: 128, layers: 4, heads: 4, hiddenWidth: 512); batch = 12
    case "char-10M":
      c = .init(vocabularySize: 65, contextLength: 256, width: 384, layers: 6, heads: 6, hiddenWidth: 1536); batch = 16
    case "llama-30M":
      c = .init(vocabularySize: 8192, contextLength: 512, width: 512, layers: 8, heads: 8, keyValueHeads: 2, hiddenWidth: 1408); batch = 4
    default:
      c = .init(vocabularySize: 50257, contextLength: 64, width: 768, layers: 12, heads: 12, hiddenWidth: 3072); batch = 4
    }
    if shape != "llama-30M" {
      c.norm = .layer; c.position = .learned; c.isGated = false; c.activation = .gelu
    }
    let r = StepBenchmark(c, batchSize: batch, precision: precision == "bf16" ? .bfloat16 : .float32).run(steps: steps)
    print(shape, precision, r.parameters, r.medianStepMilliseconds, "ms", r.tokensPerSecond, "tok/s", r.operationsPerStep / r.medianStepMilliseconds * 1e-6, "GFLOP/s")
  }
}
