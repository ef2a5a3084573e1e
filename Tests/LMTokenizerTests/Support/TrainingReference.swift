import LMRuntime
import LMTestSupport

/// The trainers of Hugging Face's tokenizers, run through Python where they are installed.
enum TrainingReference {
  private static let script = SharedData.packageRoot + "/Tests/Reference/reference_training.py"
  private static let python = Python.interpreter(importing: "tokenizers")

  /// Runs the script; false, with a message, where there is no Python. What it prints goes to `output`.
  static func run(_ arguments: [String], output: String = "/dev/null") throws -> Bool {
    guard let python else {
      print("skipped: no Python with tokenizers (set LM_PYTHON)")
      return false
    }
    let command = ([python, script] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let code = Python.run("sh", ["-c", "\(command) > '\(output)'"])
    guard code == 0 else { throw LMError(at: command, "fails with the code \(code)", remedy: "") }
    return true
  }
}
