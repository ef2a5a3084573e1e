import LMRuntime
import LMTokenizer

/// The texts to train on or to measure with, in order.
///
/// Files stay mapped: a text takes no memory of its own unless it is written with escapes in a JSON line.
public struct TextSource: Sendable {
  /// The texts; none is empty.
  public let documents: [TextDocument]
  /// Length of all texts in bytes.
  public let byteCount: Int

  /// The given texts without the empty ones.
  public init(_ documents: [TextDocument]) {
    self.documents = documents.filter { $0.byteCount > 0 }
    byteCount = documents.reduce(0) { $0 + $1.byteCount }
  }

  /// Reads files and folders.
  ///
  /// A file whose name ends in `.jsonl` or `.json` has a JSON object with the key `"text"` on each line, each
  /// a document; lines of white space and empty texts are left out. Any other file is one document, without
  /// its byte-order mark. A folder stands for the `.txt`, `.md`, `.jsonl` and `.json` files in it and in the
  /// folders below, in ascending order of their names' bytes, without hidden and empty ones and without
  /// following symbolic links.
  /// - Throws: ``LMError`` where a path is missing, a file named in `paths` is empty, a file is not UTF-8 or
  ///   contains zero bytes (with the offset), a line is no such object (with its number), or no text is left.
  /// - Complexity: O(bytes): everything is checked once.
  public static func read(_ paths: [String]) throws(LMError) -> TextSource {
    var documents: [TextDocument] = []
    for path in paths {
      switch FileSystem.kind(of: path) {
      case nil: throw LMError(at: path, "is missing", remedy: "check the path given with --data")
      case .directory:
        for file in try TextFiles.files(in: path) { documents += try texts(in: file) }
      default:
        let found = try texts(in: path)
        guard !found.isEmpty else {
          throw LMError(at: path, "is empty", remedy: "give a file with some text, or leave it out")
        }
        documents += found
      }
    }
    guard !documents.isEmpty else {
      let extensions = TextFiles.extensions.map { ".\($0)" }.joined(separator: ", ")
      throw LMError(
        at: paths.isEmpty ? "--data" : paths.joined(separator: ", "), "no text was found",
        remedy:
          "give files, or folders with \(extensions) files (hidden files and symbolic links are left out)")
    }
    return TextSource(documents)
  }

  private static func texts(in path: String) throws(LMError) -> [TextDocument] {
    let file = try MappedFile(path)
    if TextFiles.isJSONLines(path) { return try JSONLines.texts(in: file) }
    return try PlainText.document(in: file).map { [$0] } ?? []
  }
}
