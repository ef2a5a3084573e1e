import ArgumentParser
import Glibc
import LMGeneration
import LMRuntime
import LanguageModels

/// `lm generate`: streams text.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Continue a prompt.")

  @OptionGroup var common: CommonOptions
  @Option(help: "Folder of a model (default: the small model in checkpoints/).") var model: String?
  @Option(name: [.short, .long], help: "The prompt; - reads stdin.") var prompt = ""
  @Option(name: [.customShort("n"), .long], help: "At most this many tokens.") var maxTokens = 128
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @Option(parsing: .upToNextOption, help: "Texts at which to stop.") var stop: [String] = []
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.fp32
  @Flag(help: "Print speed and time to the first token on stderr.") var stats = false

  func run() throws {
    try common.apply()
    var settings = try sampling.settings()
    let grammar = try constraints.parsed()
    let text = prompt == "-" ? try standardInput() : prompt
    let language = try LanguageModel(opening: try model ?? BundledModel.path(), precision: precision.dtype)
    try sampling.resolve(&settings, language)
    settings.constraint = try grammar.map { try language.constraint($0) }
    var written: [String] = []
    var isPromptShown = false
    func show(_ piece: String) {
      if !isPromptShown { write(text) }
      isPromptShown = true
      write(piece)
    }
    let result = try language.generate(text, settings, maximumTokens: maxTokens, stopTexts: stop) { piece in
      if common.json { written.append(piece) } else { show(piece) }
      return true
    }
    if common.json {
      print(json(text, written.joined(), result).text())
    } else {
      show("\n")
    }
    if stats { common.say(summary(result.statistics)) }
  }

  private func json(_ prompt: String, _ text: String, _ result: GenerationResult) -> JSON {
    var object = JSONObject()
    object["prompt"] = .string(prompt)
    object["text"] = .string(text)
    object["ids"] = .array(result.ids.map { .integer(Int($0)) })
    object["prompt_tokens"] = .integer(result.statistics.promptTokens)
    object["prompt_tokens_per_second"] = .number(result.statistics.promptTokensPerSecond)
    object["tokens"] = .integer(result.statistics.generatedTokens)
    object["tokens_per_second"] = .number(result.statistics.tokensPerSecond)
    object["time_to_first_token"] = .number(result.statistics.timeToFirstToken)
    return .object(object)
  }

  private func summary(_ s: GenerationStatistics) -> String {
    "prompt: \(s.promptTokens) tokens, \(NumberText.fixed(s.promptTokensPerSecond, decimals: 1)) tokens/s; generation: "
      + "\(s.generatedTokens) tokens, \(NumberText.fixed(s.tokensPerSecond, decimals: 1)) tokens/s; first token after "
      + "\(NumberText.fixed(s.timeToFirstToken * 1000, decimals: 1)) ms"
  }
}

/// Writes `text` to stdout at once.
func write(_ text: String) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    guard count > 0 else { return }
    bytes = bytes.dropFirst(count)
  }
}

/// All of stdin.
/// - Throws: ``LMError`` where it cannot be read, or is longer than 1 GiB.
func standardInputBytes() throws -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = chunk.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw LMError.system(errno, at: "stdin", "cannot be read") }
    guard count > 0 else { return bytes }
    bytes += chunk[..<count]
    guard bytes.count <= 1 << 30 else {
      throw LMError(at: "stdin", "is longer than 1 GiB", remedy: "give less")
    }
  }
}

/// All of stdin as text.
/// - Throws: ``LMError`` where it is not UTF-8.
func standardInput() throws -> String {
  let bytes = try standardInputBytes()
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw LMError(at: "stdin", "is not UTF-8", remedy: "convert the text to UTF-8")
  }
  return text
}
