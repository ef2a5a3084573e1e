import Glibc
import LMRuntime

/// The folder of a run: the model at its top, checkpoints in `training/`.
struct RunFolder {
  let path: String

  init(_ path: String) { self.path = path }

  /// Where `step-N` are.
  var checkpoints: String { "\(path)/training" }

  /// Refuses a folder that holds another run, unless the run goes on.
  func checkFree(resume: PretrainingPlan.Resume) throws(LMError) {
    guard let kind = FileSystem.kind(of: path) else { return }
    guard kind == .directory else {
      throw LMError(.usage, at: path, "is a file", remedy: "give another --out")
    }
    let names = try FileSystem.entries(of: path)
    let saved = names.contains("training") ? try FileSystem.entries(of: checkpoints) : []
    let hasCheckpoints = !saved.isEmpty
    let taken = hasCheckpoints ? "training" : names.first { Self.modelFiles.contains($0) }
    switch resume {
    case .no:
      guard let found = taken ?? names.first(where: { $0 == "metrics.jsonl" }) else { return }
      throw LMError(
        .usage, at: path, "holds another run (\(found))",
        remedy: "continue it with --resume auto, or give another --out")
    case .auto:
      guard let taken, !hasCheckpoints else { return }
      throw LMError(
        .usage, at: path, "holds a model (\(taken)) and no checkpoint to go on from", remedy: "give another --out")
    case .from(let checkpoint):
      guard let taken, FileSystem.parent(of: Self.resolved(checkpoint)) != Self.resolved(checkpoints) else { return }
      throw LMError(
        .usage, at: path, "holds another run (\(taken)) than \(checkpoint)",
        remedy: "give another --out, or a checkpoint in \(checkpoints)")
    }
  }

  /// The absolute path without links; as it is where there is no such file.
  private static func resolved(_ path: String) -> String {
    guard let absolute = realpath(path, nil) else { return path }
    defer { free(absolute) }
    return String(cString: absolute)
  }

  private static let modelFiles: Set<String> = ["config.json", "model.safetensors"]
}
