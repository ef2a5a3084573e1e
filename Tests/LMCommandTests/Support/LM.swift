import Glibc
import LMRuntime
import LMTestSupport

/// The `lm` that was built with the tests, run as a person runs it.
final class LM {
  /// How a run ended.
  struct Outcome {
    /// The exit code; 128 + n after signal n.
    let exitCode: Int32
    let output: String
    let errors: String

    /// True where stderr is one line of `lm`, stdout is empty, and the code is `code`.
    func isRefused(_ code: Int32, saying part: String) -> Bool {
      let lines = errors.split(separator: "\n", omittingEmptySubsequences: false)
      return exitCode == code && lines.count == 2 && lines[1].isEmpty && lines[0].hasPrefix("lm: ")
        && lines[0].contains(part) && output.isEmpty
    }
  }

  /// Beside the test bundle, else in the package's release build.
  static let path: String = {
    let package = (0..<4).reduce(#filePath) { path, _ in FileSystem.parent(of: path) }
    guard let program = realpath("/proc/self/exe", nil) else { return "\(package)/.build/release/lm" }
    defer { free(program) }
    let beside = FileSystem.parent(of: String(cString: program)) + "/lm"
    return FileSystem.kind(of: beside) == nil ? "\(package)/.build/release/lm" : beside
  }()

  private let temporary = TemporaryDirectory()
  /// The id of the process.
  let process: pid_t

  /// Starts `lm`.
  /// - Parameter fileBlocks: No file may grow beyond so many blocks of the shell, of 512 or 1024 bytes.
  init(_ arguments: [String], input: [UInt8] = [], fileBlocks: Int? = nil) throws {
    try temporary.write("input", input)
    var command = [Self.path] + arguments
    if let fileBlocks { command = ["/bin/sh", "-c", "ulimit -f \(fileBlocks); exec \"$@\"", "sh"] + command }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, temporary("input"), O_RDONLY, 0)
    for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "errors")] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, temporary(name), O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    // The threads that run tests block signals, and a program inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var pointers: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    var started = pid_t()
    let code = posix_spawn(&started, command[0], &actions, &attributes, &pointers, environ)
    guard code == 0 else { throw LMError.system(code, at: command[0], "start the program") }
    process = started
  }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(process, number) }

  /// What was written until now.
  func outputSoFar() throws -> String {
    String(decoding: try TemporaryDirectory.bytes(of: temporary("output")), as: UTF8.self)
  }

  /// Waits for the end.
  func wait() throws -> Outcome {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return Outcome(
      exitCode: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F,
      output: String(decoding: try TemporaryDirectory.bytes(of: temporary("output")), as: UTF8.self),
      errors: String(decoding: try TemporaryDirectory.bytes(of: temporary("errors")), as: UTF8.self))
  }

  /// Runs `lm` to its end.
  static func run(_ arguments: [String], input: [UInt8] = [], fileBlocks: Int? = nil) throws -> Outcome {
    try LM(arguments, input: input, fileBlocks: fileBlocks).wait()
  }
}
