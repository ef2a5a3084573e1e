import LMRuntime

/// A checkpoint on the disk whose files were found whole.
public struct Checkpoint: Sendable, Equatable {
  /// Its directory, `…/step-N`.
  public let path: String
  /// Optimizer steps that were done when it was saved.
  public let step: Int
  /// What the caller saved with it: seeds, random streams, data position, learning rate …
  public let state: JSONObject
  /// Names of its files, in the order they were written.
  public let files: [String]

  /// The path of one of its files.
  /// - Throws: ``LMError`` where the checkpoint has no such file.
  public func path(of name: String) throws(LMError) -> String {
    guard files.contains(name) else {
      throw LMError(at: path, "has no file \(JSON.quoted(name))", remedy: "resume from another checkpoint")
    }
    return "\(path)/\(name)"
  }
}

/// A checkpoint on the disk that must not be used.
public struct RejectedCheckpoint: Sendable, Equatable {
  /// Its directory.
  public let path: String
  /// What is wrong with it: a missing, shortened, changed or foreign file.
  public let reason: LMError
}
