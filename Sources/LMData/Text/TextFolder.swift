import Glibc
import LMRuntime

/// The text files of a folder.
enum TextFolder {
  /// Names of text files end in one of these.
  static let extensions = ["txt", "md", "jsonl", "json"]
  /// Most folders inside each other; deeper ones are taken for a fault of the file system.
  private static let depthLimit = 64

  /// Paths of the text files in `folder` and below, in ascending order of the names' bytes.
  /// - Throws: ``LMError`` where a folder cannot be listed.
  static func files(in folder: String, depth: Int = 0) throws(LMError) -> [String] {
    guard depth < depthLimit else {
      throw LMError(at: folder, "lies in more than \(depthLimit) folders", remedy: "flatten the folder")
    }
    var found: [String] = []
    for name in try FileSystem.entries(of: folder) where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      var status = stat()
      // Links are not followed: they may lead out of the folder, in a circle, or to a file a second time.
      guard lstat(path, &status) == 0 else { throw .system(errno, at: path, "look at the file") }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: found += try files(in: path, depth: depth + 1)
      case S_IFREG where hasExtension(name, of: extensions): found.append(path)
      default: break
      }
    }
    return found
  }

  /// True where `path` ends in a dot and one of `extensions`, in small or capital letters.
  static func hasExtension(_ path: String, of extensions: [String]) -> Bool {
    let lowercased = path.lowercased()
    return extensions.contains { lowercased.hasSuffix(".\($0)") }
  }
}
