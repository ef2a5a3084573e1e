import ArgumentParser
import LMAttention
import LMGeneration
import LMRuntime
import LanguageModels

/// The model that generates, its caches and its context.
struct GenerationOptions: ParsableArguments {
  @Option(help: "Folder of a model (default: the small model in checkpoints/).") var model: String?
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @Option(parsing: .upToNextOption, help: "Texts at which to stop.") var stop: [String] = []
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.fp32
  @Option(help: "Bits of a cached number: 32, 16 (bfloat16) or 8 (default: those of --precision).")
  var kvBits: Int?
  @Flag(help: "When the context is full, forget half of what is behind the first --keep tokens.")
  var contextShift =
    false
  @Option(help: "Tokens at the beginning that --context-shift keeps.") var keep: Int?
  @Flag(help: "Print speed and time to the first token on stderr.") var stats = false

  /// The model, ready to generate, and how tokens are chosen.
  func open() throws -> (LanguageModel, SamplingSettings) {
    var settings = try sampling.settings()
    let grammar = try constraints.parsed()
    guard keep == nil || contextShift else {
      throw LMError(.usage, at: "--keep", "is given without --context-shift", remedy: "give both or none")
    }
    let language = try LanguageModel(
      opening: try model ?? BundledModel.path(), precision: precision.dtype, cacheType: try cacheType())
    if contextShift { language.generator.overflow = .shift(keep: keep ?? 0) }
    try sampling.resolve(&settings, language)
    settings.constraint = try grammar.map { try language.constraint($0) }
    return (language, settings)
  }

  private func cacheType() throws -> CacheType? {
    switch kvBits {
    case nil: return nil
    case 32: return .float32
    case 16: return .bfloat16
    case 8: return .int8
    case .some(let bits): throw LMError(.usage, at: "--kv-bits", "is \(bits)", remedy: "use 8, 16 or 32")
    }
  }

  /// What `--stats` prints.
  func summary(_ s: GenerationStatistics) -> String {
    let known = s.cachedTokens > 0 ? " (\(s.cachedTokens) known)" : ""
    return "prompt: \(s.promptTokens) tokens\(known), "
      + "\(NumberText.fixed(s.promptTokensPerSecond, decimals: 1)) tokens/s; generation: "
      + "\(s.generatedTokens) tokens, \(NumberText.fixed(s.tokensPerSecond, decimals: 1)) tokens/s; first token after "
      + "\(NumberText.fixed(s.timeToFirstToken * 1000, decimals: 1)) ms"
  }
}
