import Glibc
import Synchronization

/// Files that are replaced as a whole: a reader sees the old content or the new, never a part.
public enum AtomicFile {
  /// Writes the file at `path`: into a temporary sibling, which is flushed to the disk and renamed.
  ///
  /// A symbolic link keeps leading to its target, which is replaced. A device or pipe such as `/dev/stdout`
  /// is written directly. A file mapped by ``MappedFile`` may be replaced by what is read from it.
  /// - Throws: what `body` throws, or ``LMError`` (`diskFull` where there is no space). The old file is
  ///   untouched then and the temporary one removed.
  public static func write(
    _ path: String, _ body: (FileWriter) throws(LMError) -> Void
  ) throws(LMError) {
    switch FileSystem.kind(of: path) {
    case .directory:
      throw LMError(at: path, "is a directory, expected a file", remedy: "give the path of a file")
    case .other:
      let writer = try FileWriter(path, flags: 0)
      try body(writer)
      _ = try writer.finish(flushing: false)
    case .file: try replace(resolved(path), body)
    case nil: try replace(path, body)
    }
  }

  private static func replace(
    _ path: String, _ body: (FileWriter) throws(LMError) -> Void
  ) throws(LMError) {
    let temporary = "\(path).\(getpid()).\(nextNumber()).tmp"
    let writer = try FileWriter(temporary, flags: O_CREAT | O_EXCL)
    do {
      try body(writer)
      _ = try writer.finish(flushing: true)
      try FileSystem.rename(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error
    }
    try FileSystem.flushDirectory(FileSystem.parent(of: path))
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static let counter = Atomic<Int>(0)
  private static func nextNumber() -> Int { counter.add(1, ordering: .relaxed).newValue }
}
