import LMRuntime

/// The checkpoints of one training run: each is whole or absent, whenever the process or the power ends.
///
/// A save writes `step-N.tmp/`, flushes every file, writes the manifest with their sizes and SHA-256,
/// flushes it and the directory, renames it to `step-N` and flushes the parent. Only then older checkpoints
/// go. Hold a ``DirectoryLock`` of the run while using it: two writers would take each other's files away.
public struct CheckpointDirectory: Sendable {
  /// The directory that holds `step-N`.
  public let path: String
  /// How many checkpoints stay, at least 1.
  public let keep: Int
  private static let prefix = "step-"
  private static let temporarySuffix = ".tmp"
  /// A checkpoint that one of the same step is about to replace.
  private static let replacedSuffix = ".old"

  /// Opens or creates the directory and removes what interrupted saves left.
  /// - Throws: ``LMError`` where the system refuses.
  public init(_ path: String, keep: Int = 2) throws(LMError) {
    precondition(keep >= 1, "CheckpointDirectory: keeps \(keep) checkpoints, expected at least 1")
    self.path = path
    self.keep = keep
    try FileSystem.createDirectory(path)
    for name in try FileSystem.entries(of: path) where name.utf8.starts(with: Self.prefix.utf8) {
      let entry = "\(path)/\(name)"
      if name.hasSuffix(Self.temporarySuffix) {
        try FileSystem.removeTree(entry)
      } else if name.hasSuffix(Self.replacedSuffix) {
        try settleReplacement(of: String(entry.dropLast(Self.replacedSuffix.count)))
      }
    }
  }

  /// Finishes or takes back a replacement that was interrupted between its two renames.
  private func settleReplacement(of final: String) throws(LMError) {
    if FileSystem.kind(of: final) == nil {
      try FileSystem.rename(final + Self.replacedSuffix, to: final)
    } else {
      try FileSystem.removeTree(final + Self.replacedSuffix)
    }
  }

  /// Steps of the checkpoints that are there, ascending; they are not verified.
  /// - Throws: ``LMError`` where the directory cannot be listed.
  public func steps() throws(LMError) -> [Int] {
    try FileSystem.entries(of: path).compactMap(Self.step).sorted()
  }

  /// Checks that twice `bytes` are free, the size of a save and of the one that it replaces.
  /// - Throws: ``LMError`` of kind `diskFull` where they are not.
  public func requireSpace(forBytes bytes: Int) throws(LMError) {
    let free = try FileSystem.freeBytes(at: path)
    guard free / 2 >= bytes else {
      throw LMError(
        .diskFull, at: path, "\(free >> 20) MiB are free, a checkpoint needs 2 × \(bytes >> 20) MiB",
        remedy: "free some space or save elsewhere; the last checkpoint is kept")
    }
  }

  /// Saves the checkpoint of `step` and removes all but the newest ``keep`` up to this step.
  ///
  /// A checkpoint of the same step is replaced. Those of later steps, left by a run that was resumed from an
  /// earlier one, stay.
  /// - Parameters:
  ///   - step: Optimizer steps done, at least 0.
  ///   - state: What ``Checkpoint/state`` gives back.
  ///   - expectedBytes: Size of all files, for ``requireSpace(forBytes:)``; 0 for no check.
  ///   - body: Adds the files.
  /// - Throws: what `body` throws, or ``LMError``. The earlier checkpoints are untouched then and nothing of
  ///   the new one stays.
  public func save(
    step: Int, state: JSONObject, expectedBytes: Int = 0,
    _ body: (inout CheckpointWriter) throws(LMError) -> Void
  ) throws(LMError) {
    precondition(step >= 0, "CheckpointDirectory: step \(step)")
    let final = directory(of: step)
    let temporary = final + Self.temporarySuffix
    try FileSystem.removeTree(temporary)
    try requireSpace(forBytes: expectedBytes)
    do {
      try FileSystem.createDirectory(temporary)
      var writer = CheckpointWriter(temporary)
      try body(&writer)
      try writer.writeManifest(step: step, state: state)
      try FileSystem.flushDirectory(temporary)
      if FileSystem.kind(of: final) != nil {
        try FileSystem.rename(final, to: final + Self.replacedSuffix)
      }
      try FileSystem.rename(temporary, to: final)
    } catch {
      try? FileSystem.removeTree(temporary)
      try? settleReplacement(of: final)
      throw error
    }
    try FileSystem.flushDirectory(path)
    try FileSystem.removeTree(final + Self.replacedSuffix)
    for old in try steps().filter({ $0 <= step }).dropLast(keep) {
      try FileSystem.removeTree(directory(of: old))
    }
  }

  /// The directory of the checkpoint of `step`.
  func directory(of step: Int) -> String { "\(path)/\(Self.prefix)\(step)" }

  private static func step(_ name: String) -> Int? {
    guard name.utf8.starts(with: prefix.utf8), let step = Int(name.dropFirst(prefix.count)) else {
      return nil
    }
    return step >= 0 && name == "\(prefix)\(step)" ? step : nil
  }
}
