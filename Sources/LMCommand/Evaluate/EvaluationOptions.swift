import ArgumentParser
import LMEvaluation
import LMRuntime

/// What `lm evaluate` measures.
enum Metric: String, ExpressibleByArgument, CaseIterable {
  case perplexity, bitsPerByte = "bits-per-byte", accuracy, bleu, rouge, klDivergence = "kl-divergence"

  var isLikelihood: Bool { self == .perplexity || self == .bitsPerByte }
  var comparesTexts: Bool { self == .bleu || self == .rouge }
}

extension WindowSettings.Kind: ExpressibleByArgument {}
extension BleuTokenizer: ExpressibleByArgument {}

/// Windows of a long text.
struct WindowOptions: ParsableArguments {
  @Option(help: "strided (every token once, as transformers) or half-context (as llama.cpp).")
  var windows: WindowSettings.Kind?
  @Option(help: "Tokens of a window (default: the model's context, at most 2048).") var maxLength: Int?
  @Option(help: "From window to window (default: half a window).") var stride: Int?
  @Option(help: "Also write the model's log-probabilities: 2 V + 12 bytes a token.") var saveReference:
    String?
}

/// Texts to compare, and how.
struct ComparisonOptions: ParsableArguments {
  @Option(help: "Texts to score, one a line (.jsonl: \"text\").") var hypotheses: String?
  @Option(parsing: .upToNextOption, help: "What they should be; several files are several versions.")
  var references: [String] = []
  @Option(help: "Words of BLEU: 13a, intl, char or none (default: 13a).") var tokenize: BleuTokenizer?
  @Flag(help: "Small and capital letters are the same in BLEU.") var ignoreCase = false
  @Flag(help: "ROUGE cuts the endings of English words.") var stemmer = false
  @Option(name: [.customShort("n"), .long], help: "At most this many tokens for each prompt (default: 128).")
  var maxTokens: Int?
  @Option(parsing: .upToNextOption, help: "Texts at which a completion ends.") var stop: [String] = []
}
