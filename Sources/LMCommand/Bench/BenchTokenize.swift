import ArgumentParser
import LMRuntime
import LMTensor
import LMTokenizer

/// `lm bench tokenize`: how fast text becomes ids.
struct BenchTokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Time loading a tokenizer and encoding a text with it.",
    discussion: """
      Every run loads the tokenizer anew. "cold" is its first encoding of the text, with empty caches; \
      "warm" the second. Both use one thread; with more, "threaded" is the second encoding by all of them, \
      "threaded_cold" the first. MB are 10⁶ bytes.
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Folder of a model or a tokenizer's file (default: the model in checkpoints/).")
  var tokenizer: String?
  @Option(help: "The text.") var input: String
  @Option(help: "Runs; the medians are printed.") var runs = 5

  func run() throws {
    try common.apply()
    guard runs > 0 else { throw LMError(.usage, at: "--runs", "is \(runs)", remedy: "use 1 or more") }
    let path = try tokenizer ?? BundledModel.path()
    let text = try MappedFile(input).withBytes { Array($0) }
    guard !text.isEmpty else {
      throw LMError(.usage, at: "--input", "\(input) is empty", remedy: "give a text of some megabytes")
    }
    var figures: [(name: String, values: [Double])] = []
    var tokens = 0
    func record(_ name: String, _ value: Double) {
      if let index = figures.firstIndex(where: { $0.name == name }) {
        figures[index].values.append(value)
      } else {
        figures.append((name, [value]))
      }
    }
    func timed<Result>(_ body: () throws -> Result) rethrows -> (Result, seconds: Double) {
      let clock = ContinuousClock(), start = clock.now
      let result = try body()
      return (result, (clock.now - start) / .seconds(1))
    }
    for _ in 0..<runs {
      for threads in ThreadPool.shared.threadCount > 1 ? [nil, ThreadPool.shared] : [nil] {
        let (tokenizer, loading) = try timed { try Tokenizer.load(path: path) }
        if threads == nil { record("load_ms", loading * 1e3) }
        for pass in threads == nil ? ["cold", "warm"] : ["threaded_cold", "threaded"] {
          let (ids, seconds) = try timed {
            try tokenizer.encode(bytes: text, addSpecialTokens: false, threads: threads)
          }
          tokens = ids.count
          record("\(pass)_mb_per_second", Double(text.count) * 1e-6 / seconds)
        }
      }
    }
    var object = JSONObject()
    object["bytes"] = .integer(text.count)
    object["tokens"] = .integer(tokens)
    for figure in figures { object[figure.name] = .number(figure.values.sorted()[figure.values.count / 2]) }
    object["threads"] = .integer(ThreadPool.shared.threadCount)
    object["peak_rss_mb"] = .integer(peakMemoryInMiB())
    printObject(object, asJSON: true)
  }
}
