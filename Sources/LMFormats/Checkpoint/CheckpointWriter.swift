import Glibc
import LMRuntime

/// Adds files to a checkpoint that is being saved.
public struct CheckpointWriter {
  let directory: String
  private(set) var files: [CheckpointManifest.File] = []

  init(_ directory: String) { self.directory = directory }

  /// Writes one file and waits until it is on the disk.
  /// - Parameters:
  ///   - name: A plain name without `/`, used once in a checkpoint; `manifest.json` is taken.
  ///   - body: Writes the content from beginning to end.
  /// - Throws: what `body` throws, or ``LMError`` (`diskFull` where there is no space).
  public mutating func add(
    _ name: String, _ body: (FileWriter) throws(LMError) -> Void
  ) throws(LMError) {
    precondition(CheckpointManifest.isValidName(name), "CheckpointWriter: the file name \(name)")
    let writer = try FileWriter("\(directory)/\(name)", flags: O_CREAT | O_EXCL, hashing: true)
    try body(writer)
    guard let digest = try writer.finish(flushing: true) else { return }
    files.append(CheckpointManifest.File(name: name, size: writer.count, digest: digest))
  }

  func writeManifest(step: Int, state: JSONObject) throws(LMError) {
    let manifest = CheckpointManifest(step: step, files: files, state: state)
    let path = "\(directory)/\(CheckpointManifest.fileName)"
    let writer = try FileWriter(path, flags: O_CREAT | O_EXCL)
    try writer.write(manifest.serialized())
    _ = try writer.finish(flushing: true)
  }
}
