import Glibc
import LMRuntime
import LMTestSupport

/// Hugging Face's tokenizers and tiktoken, run through Python where they are installed.
enum Reference {
  private static let folder = SharedData.packageRoot + "/Tests/Reference/"

  private static let python: String? = {
    var candidates = ["python3"]
    if let chosen = getenv("LM_PYTHON") { candidates = [String(cString: chosen)] }
    return candidates.first { system("\($0) -c 'import tokenizers, tiktoken' 2>/dev/null") == 0 }
  }()

  /// True where the references can be run.
  static var isAvailable: Bool {
    if python == nil { print("skipped: no Python with tokenizers and tiktoken (set LM_PYTHON)") }
    return python != nil
  }

  /// Runs the script and returns the lines that it prints; nil, with a message, where there is no Python.
  static func run(
    _ arguments: [String], script: String = "reference_tokenizers.py"
  ) throws -> [String]? {
    guard isAvailable, let python else { return nil }
    let command = ([python, folder + script] + arguments).map { "'\($0)'" }.joined(separator: " ")
    guard let pipe = popen(command, "r") else { throw LMError(at: command, "does not start", remedy: "") }
    var output: [UInt8] = []
    var chunk = Array(repeating: UInt8(0), count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { output += chunk[..<count] }
    guard pclose(pipe) == 0 else { throw LMError(at: command, "fails", remedy: "") }
    return String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(
        String.init)
  }

  /// The ids that a reference gives for each file.
  static func ids(_ kind: String, _ tokenizer: String, _ files: [String]) throws -> [[Int32]]? {
    try run([kind, tokenizer] + files)?.prefix(files.count).map { line in
      line.split(separator: " ").compactMap { Int32($0) }
    }
  }
}
