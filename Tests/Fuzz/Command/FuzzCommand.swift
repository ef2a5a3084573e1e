import Glibc
import LMFuzz
import LMRuntime

/// Runs mutated inputs through everything that reads files or text of others.
///
///     lm-fuzz [--format NAME] [--runs N] [--seed S] [--jobs J] [--folder F]
///     lm-fuzz --format NAME --seed S --case K        one input, written to the folder
///
/// Children do the work, so that an input that ends one is found and named. Exit code 1 where there is a fault.
@main enum FuzzCommand {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if arguments.first == "--child" { return try FuzzChild.run(Array(arguments.dropFirst())) }
      let options = try FuzzOptions(arguments)
      let faults = try options.number == nil ? FuzzParent.run(options) : showOne(options)
      exit(faults == 0 ? 0 : 1)
    } catch {
      let line = Array("lm-fuzz: \(error)\n".utf8)
      write(STDERR_FILENO, line, line.count)
      exit(64)
    }
  }

  private static func showOne(_ options: FuzzOptions) throws -> Int {
    guard let number = options.number, let format = options.formats.first, options.formats.count == 1 else {
      return 1
    }
    print("written to \(try options.write(format, number))")
    let fault = try format.firstFault(seed: options.seed, numbers: number..<number + 1)
    print(fault.map { "\(format.name) \($0.number): \($0.fault)" } ?? "no fault")
    return fault == nil ? 0 : 1
  }
}

/// The flags of `lm-fuzz`.
struct FuzzOptions {
  var formats = FuzzFormat.all
  var runs = 1_000_000
  var seed: UInt64 = 1
  var jobs = ThreadPool.processorCount
  var folder = ".build/fuzz"
  var number: Int?

  init(_ arguments: [String]) throws(LMError) {
    var rest = arguments[...]
    while let flag = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Self.wrong(flag) }
      switch (flag, Int(value)) {
      case ("--format", _):
        formats = formats.filter { $0.name == value || $0.name.hasPrefix(value + "-") }
        if formats.isEmpty { throw Self.wrong("\(flag) \(value)") }
      case ("--folder", _): folder = value
      case ("--runs", let runs?) where runs > 0: self.runs = runs
      case ("--seed", let seed?) where seed >= 0: self.seed = UInt64(seed)
      case ("--jobs", let jobs?) where (1...256).contains(jobs): self.jobs = jobs
      case ("--case", let number?) where number >= 0: self.number = number
      default: throw Self.wrong("\(flag) \(value)")
      }
    }
  }

  private static func wrong(_ what: String) -> LMError {
    LMError(
      .usage, at: what, "is not understood",
      remedy: "use --format, --runs, --seed, --jobs, --folder, --case; formats: "
        + FuzzFormat.all.map(\.name).joined(separator: ", "))
  }

  /// Writes an input to the folder and returns its path.
  func write(_ format: FuzzFormat, _ number: Int) throws(LMError) -> String {
    try FileSystem.createDirectory(folder)
    let path = "\(folder)/\(format.name)-\(seed)-\(number)"
    let input = format.input(seed: seed, number: number)
    try AtomicFile.write(path) { writer throws(LMError) in try writer.write(input) }
    return path
  }
}
