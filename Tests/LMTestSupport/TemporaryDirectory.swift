import Glibc
import LMRuntime

/// A new directory that is removed with everything in it at the end of a test.
public final class TemporaryDirectory: Sendable {
  /// Its path.
  public let path: String

  /// Creates it where the system keeps temporary files (`TMPDIR`).
  public init() {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(parent)/lm-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, mkdtemp(base) != nil else {
        preconditionFailure("no temporary directory in \(parent): set TMPDIR to one that can be written")
      }
      return String(cString: base)
    }
  }

  deinit { try? FileSystem.removeTree(path) }

  /// The path of `name` in the directory.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file of the given content and returns its path.
  @discardableResult public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try AtomicFile.write(self(name)) { writer throws(LMError) in try writer.write(bytes) }
    return self(name)
  }

  /// The content of the file at `path`.
  public static func bytes(of path: String) throws -> [UInt8] { try MappedFile(path).withBytes { Array($0) } }
}
