import ArgumentParser
import LMData
import LMEvaluation
import LMRuntime
import LanguageModels

/// `lm evaluate`: how good a model is, by one metric.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model, or texts against references.",
    discussion: """
      perplexity     how well --data (text, JSONL, folders) is predicted; bits-per-byte is the same run
      accuracy       --data: {"question", "choices": […], "answer": index or letter} on each line
      bleu, rouge    --data: {"prompt", "completion"} on each line, completed greedily; or --hypotheses, --references
      kl-divergence  against what another model wrote with --save-reference: --reference FILE
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "perplexity, bits-per-byte, accuracy, bleu, rouge or kl-divergence.") var metric = Metric
    .perplexity
  @Option(help: "Folder of a model (default: the small model in checkpoints/).") var model: String?
  @Option(parsing: .upToNextOption, help: "Files and folders, as the metric reads them.") var data: [String] =
    []
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.fp32
  @OptionGroup(title: "Perplexity") var windows: WindowOptions
  @Option(help: "Log-probabilities that --save-reference wrote.") var reference: String?
  @OptionGroup(title: "BLEU and ROUGE") var comparison: ComparisonOptions

  func run() throws {
    try common.apply()
    try refuseUnused()
    var object = JSONObject()
    object["metric"] = .string(metric.rawValue)
    switch metric {
    case .perplexity, .bitsPerByte: object.add(try perplexity())
    case .accuracy: object.add(try accuracy())
    case .klDivergence: object.add(try divergence())
    case .bleu: object.add(bleu(try segments()))
    case .rouge: object.add(try rouge(try segments()))
    }
    printObject(object, asJSON: common.json)
  }

  /// A flag that changes nothing is a mistake.
  private func refuseUnused() throws {
    let (w, c) = (windows, comparison)
    let compares = metric.comparesTexts
    let flags = [
      ("--windows", w.windows != nil, metric.isLikelihood),
      ("--max-length", w.maxLength != nil, metric.isLikelihood),
      ("--stride", w.stride != nil, metric.isLikelihood && w.windows != .halfContext),
      ("--save-reference", w.saveReference != nil, metric.isLikelihood),
      ("--reference", reference != nil, metric == .klDivergence),
      ("--data", !data.isEmpty, metric != .klDivergence && c.hypotheses == nil),
      ("--model", model != nil, !(compares && c.hypotheses != nil)),
      ("--hypotheses", c.hypotheses != nil, compares),
      ("--references", !c.references.isEmpty, compares && c.hypotheses != nil),
      ("--tokenize", c.tokenize != nil, metric == .bleu), ("--ignore-case", c.ignoreCase, metric == .bleu),
      ("--stemmer", c.stemmer, metric == .rouge),
      ("--max-tokens", c.maxTokens != nil, compares && c.hypotheses == nil),
      ("--stop", !c.stop.isEmpty, compares && c.hypotheses == nil),
    ]
    guard let flag = flags.first(where: { $0.1 && !$0.2 }) else { return }
    throw LMError(
      .usage, at: flag.0, "has no meaning for the metric \(metric.rawValue) as it is asked for",
      remedy: "leave it out; see lm evaluate --help")
  }

  func language() throws -> LanguageModel {
    try LanguageModel(opening: try model ?? BundledModel.path(), precision: precision.dtype)
  }

  /// The one file of `--data`.
  func file() throws -> String {
    guard data.count == 1 else {
      throw LMError(
        .usage, at: "--data", data.isEmpty ? "is missing" : "names \(data.count) files",
        remedy: "give one file")
    }
    return data[0]
  }
}

extension JSONObject {
  /// Puts the members of `other` at the end.
  mutating func add(_ other: JSONObject) {
    for member in other.members { self[member.key] = member.value }
  }
}
