import Glibc
import LMRuntime

/// The files that paths of texts stand for.
///
/// A folder stands for the `.txt`, `.md`, `.jsonl` and `.json` files in it and below, in ascending order of
/// their names' bytes, without hidden and empty ones and without following symbolic links.
public struct TextFiles: Sendable {
  /// Paths of files; each was there and had bytes in it.
  public let paths: [String]
  /// Size of all files.
  public let byteCount: Int

  /// Names of text files end in one of these, in small or capital letters.
  public static let extensions = ["txt", "md", "jsonl", "json"]
  /// Most folders inside each other; deeper ones are taken for a fault of the file system.
  private static let depthLimit = 64

  /// Looks for the files.
  /// - Throws: ``LMError`` where a path is missing, a file named in `paths` is empty, or no file is found.
  public init(_ paths: [String]) throws(LMError) {
    var found: [String] = []
    for path in paths {
      switch FileSystem.kind(of: path) {
      case nil: throw LMError(at: path, "is missing", remedy: "check the path")
      case .directory: found += try Self.files(in: path)
      case .other:
        throw LMError(at: path, "is a pipe, device or socket, expected a file", remedy: "give text files")
      case .file:
        guard try FileSystem.size(of: path) > 0 else {
          throw LMError(at: path, "is empty", remedy: "give a file with some text, or leave it out")
        }
        found.append(path)
      }
    }
    guard !found.isEmpty else {
      let names = Self.extensions.map { ".\($0)" }.joined(separator: ", ")
      throw LMError(
        at: paths.joined(separator: ", "), "no text was found",
        remedy: "give files, or folders with \(names) files (hidden files and symbolic links are left out)")
    }
    self.paths = found
    var size = 0
    for path in found { size += try FileSystem.size(of: path) }
    byteCount = size
  }

  /// True for files with a JSON object on each line.
  public static func isJSONLines(_ path: String) -> Bool { hasExtension(path, of: ["jsonl", "json"]) }

  private static func hasExtension(_ path: String, of extensions: [String]) -> Bool {
    let lowercased = path.lowercased()
    return extensions.contains { lowercased.hasSuffix(".\($0)") }
  }

  /// Paths of the text files in `folder` and below that are not empty, in ascending order of the names' bytes.
  /// - Throws: ``LMError`` where a folder cannot be listed.
  public static func files(in folder: String) throws(LMError) -> [String] { try files(in: folder, depth: 0) }

  private static func files(in folder: String, depth: Int) throws(LMError) -> [String] {
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
      case S_IFREG where status.st_size > 0 && hasExtension(path, of: extensions): found.append(path)
      default: break
      }
    }
    return found
  }
}
