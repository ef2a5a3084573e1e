import ArgumentParser
import LMFormats
import LMRuntime
import LMTraining
import LanguageModels

/// `lm logits`: scores for parity checks.
struct Logits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the scores of a token sequence as a float32 [T, V] .npy file.")

  @OptionGroup var common: CommonOptions
  @Option(help: "Folder of a model (default: the small model in checkpoints/).") var model: String?
  @Option(help: "Token ids: 1,2,3.") var ids: String?
  @Option(help: "Text instead of ids, encoded as it stands.") var text: String?
  @Option(help: "The .npy file to write.") var out: String
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.fp32

  func run() throws {
    try common.apply()
    let path = try model ?? BundledModel.path()
    let folder = try ModelFolder(opening: path)
    let tokens = try tokens(folder, path)
    let scores = try folder.checkedLogits(tokens, precision: precision.dtype)
    try NPYFile.write(scores.toArray(), shape: scores.shape, to: out)
    common.say("\(scores.shape[0]) × \(scores.shape[1]) scores in \(out)")
  }

  private func tokens(_ folder: ModelFolder, _ path: String) throws -> [Int32] {
    if let ids {
      return try ids.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let id = Int32(part.filter { $0 != " " }) else {
          throw LMError(.usage, at: "--ids", "\"\(part)\" is no id", remedy: "give ids such as 1,2,3")
        }
        return id
      }
    }
    guard let text else {
      throw LMError(.usage, at: "--ids", "is missing", remedy: "give --ids 1,2,3 or --text TEXT")
    }
    guard let tokenizer = folder.tokenizer else {
      throw LMError(at: path, "has no tokenizer.json", remedy: "give --ids instead of --text")
    }
    return try tokenizer.encode(text, specials: .asText)
  }
}
