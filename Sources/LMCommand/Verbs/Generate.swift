import ArgumentParser
import Glibc
import LMGeneration
import LMRuntime
import LanguageModels

/// `lm generate`: streams text.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continue a prompt, or many.",
    discussion: """
      --prompts FILE takes a prompt per line: {"prompt": "…"} in a file that ends in .jsonl, else plain text. Several
      texts (--prompts, --samples, --beams) come as one JSON object per line with --json, else one behind the other.
      """)

  @OptionGroup var common: CommonOptions
  @Option(name: [.short, .long], help: "The prompt; - reads stdin.") var prompt: String?
  @Option(help: "File with a prompt per line.") var prompts: String?
  @Option(name: [.customShort("n"), .long], help: "At most this many tokens.") var maxTokens = 128
  @Option(help: "Texts per prompt, with the seeds that follow each other.") var samples = 1
  @Option(help: "Texts that are generated at a time.") var batchSize = 8
  @Option(help: "Follow this many texts and give the most probable one (beam search).") var beams = 1
  @Option(
    help: "Beam search divides log probabilities by length to this power; above 0 prefers longer texts.")
  var lengthPenalty: Float = 1
  @Option(help: "File that keeps what was read of the prompt; made where it does not exist.")
  var promptCacheFile: String?
  @OptionGroup var generation: GenerationOptions

  func run() throws {
    try common.apply()
    try checkCombination()
    let texts = try promptTexts()
    StopRequest.install()
    let (language, settings) = try generation.open()
    if let promptCacheFile {
      try language.restorePrompt(from: promptCacheFile)
      try language.savePrompt(texts[0], to: promptCacheFile)
    }
    if beams > 1 {
      try search(texts[0], language)
    } else if prompts != nil || samples > 1 {
      try generateMany(texts, settings, language)
    } else {
      try stream(texts[0], settings, language)
    }
    if let signal = StopRequest.signal { throw ExitCode(signal.exitCode) }
  }

  private func checkCombination() throws {
    func refuse(_ flag: String, _ problem: String, _ remedy: String) -> LMError {
      LMError(.usage, at: flag, problem, remedy: remedy)
    }
    guard (1...4096).contains(samples) else {
      throw refuse("--samples", "is \(samples)", "use a whole number from 1 to 4096")
    }
    guard (1...512).contains(batchSize) else {
      throw refuse("--batch-size", "is \(batchSize)", "use a whole number from 1 to 512")
    }
    guard beams > 0 else { throw refuse("--beams", "is \(beams)", "use a whole number from 1") }
    guard prompt == nil || prompts == nil else {
      throw refuse("--prompts", "is given with --prompt", "give one of them")
    }
    guard promptCacheFile == nil || prompts == nil else {
      throw refuse("--prompt-cache-file", "is given with --prompts", "give a single --prompt")
    }
    guard beams == 1 || generation.constraints.isEmpty else {
      throw refuse(
        "--beams", "is given with a grammar or schema", "sample with the grammar, or search without it")
    }
    guard beams == 1 || (prompts == nil && samples == 1 && !generation.contextShift) else {
      throw refuse(
        "--beams", "is given with --prompts, --samples or --context-shift", "search for one prompt alone")
    }
  }

  private func promptTexts() throws -> [String] {
    guard let prompts else { return [prompt == "-" ? try standardInput() : prompt ?? ""] }
    let texts = try PromptFile.read(prompts)
    guard !texts.isEmpty else {
      throw LMError(at: prompts, "has no prompts", remedy: "write one prompt per line")
    }
    return texts
  }

  private func stream(_ text: String, _ settings: SamplingSettings, _ language: LanguageModel) throws {
    var written: [String] = []
    var isPromptShown = false
    func show(_ piece: String) {
      if !isPromptShown { write(text) }
      isPromptShown = true
      write(piece)
    }
    let result = try language.generate(
      text, settings, maximumTokens: maxTokens, stopTexts: generation.stop
    ) { piece in
      if common.json { written.append(piece) } else { show(piece) }
      return !StopRequest.isRaised
    }
    if common.json {
      print(json(text, written.joined(), result).text())
    } else {
      show("\n")
    }
    if generation.stats { common.say(generation.summary(result.statistics)) }
  }

  private func generateMany(_ texts: [String], _ settings: SamplingSettings, _ language: LanguageModel) throws
  {
    let start = ContinuousClock.now
    let all = try language.generate(
      prompts: texts, samples: samples, batchSize: batchSize, settings, maximumTokens: maxTokens,
      stopTexts: generation.stop
    ) { !StopRequest.isRaised }
    for one in all {
      guard common.json else {
        write(texts[one.prompt] + one.text + "\n")
        continue
      }
      guard case .object(var object) = json(texts[one.prompt], one.text, one.result) else { continue }
      object["index"] = .integer(one.prompt)
      object["sample"] = .integer(one.sample)
      print(JSON.object(object).text())
    }
    guard generation.stats else { return }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let tokens = all.reduce(0) { $0 + $1.result.statistics.generatedTokens }
    common.say(
      "\(all.count) texts, \(tokens) tokens, \(NumberText.fixed(Double(tokens) / seconds, decimals: 1)) tokens/s"
    )
  }

  private func search(_ text: String, _ language: LanguageModel) throws {
    let settings = BeamSettings(beams: beams, lengthPenalty: lengthPenalty)
    let found = try language.beamSearch(
      text, settings, maximumTokens: maxTokens, stopTexts: generation.stop
    ) { !StopRequest.isRaised }
    guard common.json else {
      write(text + (found.first?.text ?? "") + "\n")
      return
    }
    for (rank, one) in found.enumerated() {
      var object = JSONObject()
      object["prompt"] = .string(text)
      object["text"] = .string(one.text)
      object["ids"] = .array(one.result.ids.map { .integer(Int($0)) })
      object["rank"] = .integer(rank)
      object["score"] = .number(Double(one.result.score))
      print(JSON.object(object).text())
    }
  }

  private func json(_ prompt: String, _ text: String, _ result: GenerationResult) -> JSON {
    var object = JSONObject()
    object["prompt"] = .string(prompt)
    object["text"] = .string(text)
    object["ids"] = .array(result.ids.map { .integer(Int($0)) })
    object["prompt_tokens"] = .integer(result.statistics.promptTokens)
    object["cached_tokens"] = .integer(result.statistics.cachedTokens)
    object["prompt_tokens_per_second"] = .number(result.statistics.promptTokensPerSecond)
    object["tokens"] = .integer(result.statistics.generatedTokens)
    object["tokens_per_second"] = .number(result.statistics.tokensPerSecond)
    object["time_to_first_token"] = .number(result.statistics.timeToFirstToken)
    return .object(object)
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
