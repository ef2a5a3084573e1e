import Glibc
import LMRuntime

/// Texts that are compared one by one with others: the lines of a file.
public enum Segments {
  /// The texts of a `.jsonl` or `.json` file (key `"text"` of each line's object), or the lines of any other file;
  /// empty lines are texts too.
  /// - Throws: ``LMError`` where the file is empty or no UTF-8, or a line is no such object.
  public static func read(_ path: String) throws(LMError) -> [String] {
    if path.lowercased().hasSuffix(".jsonl") || path.lowercased().hasSuffix(".json") {
      var texts: [String] = []
      for record in try JSONRecords.read(path) { texts.append(try record["text"].string()) }
      return texts
    }
    let file = try MappedFile(path)
    guard file.count > 0 else {
      throw LMError(at: path, "is empty", remedy: "give a file with one text on each line")
    }
    return try file.withBytes { bytes throws(LMError) in
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw LMError(at: path, "is not UTF-8", remedy: "convert the file to UTF-8")
      }
      return lines(text)
    }
  }

  /// The lines, without what ends them (a line feed, with or without a carriage return before it).
  private static func lines(_ text: String) -> [String] {
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    return lines.map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
  }

  /// Checks that `references` has a text for each of `hypotheses`.
  /// - Throws: ``LMError`` with both numbers.
  public static func checkCounts(
    _ hypotheses: [String], _ references: [String], at path: String
  ) throws(LMError) {
    guard hypotheses.count != references.count else { return }
    throw LMError(
      at: path, "has \(references.count) texts for \(hypotheses.count) hypotheses",
      remedy: "give one reference for each hypothesis, line by line")
  }
}
