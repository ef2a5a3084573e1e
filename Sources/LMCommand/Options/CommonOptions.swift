import ArgumentParser
import Glibc
import LMRuntime
import LMTensor

/// Flags that every verb has.
struct CommonOptions: ParsableArguments {
  @Option(help: "Threads (default: all cores). Results do not depend on it.")
  var threads: Int?

  @Flag(help: "Print one JSON object per line on stdout.")
  var json = false

  @Flag(help: "No progress and no messages.")
  var quiet = false

  @Option(name: [.short, .long], help: "YAML file with the same names as the flags; flags win.")
  var config: String?

  /// Sets up the machine as asked.
  func apply() throws {
    let sets = InstructionSet.allCases.map { "\($0)" }
    if let cap = getenv("LM_ISA").map({ String(cString: $0) }), !sets.contains(cap) {
      throw LMError(
        .usage, at: "LM_ISA", "is \"\(cap)\"", remedy: "use one of \(sets.joined(separator: ", "))")
    }
    guard let threads else { return }
    guard (1...256).contains(threads) else {
      throw LMError(.usage, at: "--threads", "is \(threads)", remedy: "use a number from 1 to 256")
    }
    ThreadPool.configureShared(threads: threads)
  }

  /// Progress and messages on stderr.
  var progressStyle: ProgressLine.Style { .automatic(isQuiet: quiet) }

  /// Progress over `total` steps whose clock runs from now on.
  func progress(_ title: String, total: Int) -> ProgressLine {
    let progress = ProgressLine(title, total: total, style: progressStyle)
    progress.update(step: 0)
    return progress
  }

  /// Prints a message for people.
  func say(_ text: String) {
    if !quiet { ProgressLine.writeToStandardError("\(text)\n") }
  }
}

/// `--precision`.
enum Precision: String, ExpressibleByArgument, CaseIterable {
  case auto, fp32, bf16

  /// The type of products: bf16 where the processor multiplies it faster.
  var dtype: DType {
    switch self {
    case .fp32: .float32
    case .bf16: .bfloat16
    case .auto: Kernels.hasFastBFloat16 ? .bfloat16 : .float32
    }
  }
}
