import Glibc
import LMRuntime

/// A folder that is removed when the object goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = "/tmp/lm-tokenizer-tests-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try FileSystem.createDirectory(path)
  }

  deinit {
    for name in (try? FileSystem.entries(of: path)) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Writes a file and returns its path.
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    guard let handle = fopen(file, "wb") else { throw LMError(at: file, "cannot be opened", remedy: "") }
    defer { fclose(handle) }
    fwrite(bytes, 1, bytes.count, handle)
    return file
  }
}
