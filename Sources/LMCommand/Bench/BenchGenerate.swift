import ArgumentParser
import LMGeneration
import LMRuntime
import LMTraining

/// `lm bench generate`: speed of a prompt and of the tokens after it.
struct BenchGenerate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Time a prompt of random tokens and greedy generation after it.")

  @OptionGroup var common: CommonOptions
  @Option(help: "Folder of a model (default: the small model in checkpoints/).") var model: String?
  @Option(help: "Tokens of the prompt.") var promptTokens = 512
  @Option(help: "Tokens to generate.") var maxTokens = 64
  @Option(help: "Runs; the medians are printed.") var runs = 5
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.fp32

  func run() throws {
    try common.apply()
    let folder = try ModelFolder(opening: try model ?? BundledModel.path())
    guard promptTokens > 0, maxTokens > 1, runs > 0 else {
      throw LMError(
        .usage, at: "--prompt-tokens", "and --runs must be at least 1, --max-tokens 2",
        remedy: "use larger numbers")
    }
    let generator = Generator(folder.model, precision: precision.dtype)
    var random = RandomStream(seed: 1)
    let vocabulary = folder.config.configuration.vocabularySize
    let prompt = (0..<promptTokens).map { _ in Int32(random.uniform(below: vocabulary)) }
    let statistics = try (0..<runs).map { _ in
      generator.forget()
      return try generator.generate(prompt, .greedy, maximumTokens: maxTokens).statistics
    }
    func median(_ values: [Double]) -> JSON { .number(values.sorted()[values.count / 2]) }
    var object = JSONObject()
    object["prompt_tokens"] = .integer(promptTokens)
    object["generated_tokens"] = .integer(maxTokens)
    object["prompt_tokens_per_second"] = median(statistics.map(\.promptTokensPerSecond))
    object["tokens_per_second"] = median(statistics.map(\.tokensPerSecond))
    object["time_to_first_token_ms"] = median(statistics.map { $0.timeToFirstToken * 1e3 })
    object["peak_rss_mb"] = .integer(peakMemoryInMiB())
    printObject(object, asJSON: true)
  }
}
