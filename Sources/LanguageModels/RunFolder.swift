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
      throw LMError(at: path, "is a file", remedy: "give another --out")
    }
    guard resume == .no else { return }
    let names = try FileSystem.entries(of: path)
    guard let taken = names.first(where: { ["training", "config.json", "model.safetensors", "metrics.jsonl"].contains($0) })
    else { return }
    throw LMError(
      .usage, at: path, "holds another run (\(taken))",
      remedy: "continue it with --resume auto, or give another --out")
  }
}
