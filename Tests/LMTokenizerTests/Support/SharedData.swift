import Glibc
import LMRuntime
import LMTokenizer

/// Corpora and vocabularies beside the package, which a checkout alone does not have.
enum SharedData {
  static let packageRoot = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()

  /// The path of a file below `../shared/data`; nil, with a message, where it is absent.
  static func path(_ name: String) -> String? {
    let path = packageRoot + "/../shared/data/" + name
    if FileSystem.kind(of: path) != nil { return path }
    print("skipped: \(path) is absent")
    return nil
  }

  /// The content of such a file.
  static func bytes(_ name: String) throws -> [UInt8]? {
    guard let path = path(name) else { return nil }
    return try MappedFile(path).withBytes { Array($0) }
  }
}

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
