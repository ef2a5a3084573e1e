import LMRuntime

/// Texts that are taken one by one: the lines of a file.
public enum Segments {
  /// The texts of a `.jsonl` or `.json` file (the key `field` of each line's object), or the lines of any other file;
  /// empty lines are texts too.
  /// - Parameter field: the key; where it is given, every file is read as JSON. `"text"` by default.
  /// - Throws: ``LMError`` where the file is empty or no UTF-8, or a line is no such object.
  /// - Complexity: O(bytes).
  public static func read(_ path: String, field: String? = nil) throws(LMError) -> [String] {
    let name = path.lowercased()
    let isJSON = field != nil || name.hasSuffix(".jsonl") || name.hasSuffix(".json")
    return try MappedFile(path).withBytes { bytes throws(LMError) in
      try texts(in: bytes, field: isJSON ? field ?? "text" : nil, from: path)
    }
  }

  /// The lines of `bytes`, or, where `field` is given, that key of each line's object; `place` is what errors call
  /// them.
  /// - Throws: as ``read(_:field:)``.
  public static func texts(
    in bytes: UnsafeRawBufferPointer, field: String?, from place: String
  ) throws(LMError) -> [String] {
    if let field {
      var texts: [String] = []
      for record in try JSONRecords.parse(bytes, from: place) { texts.append(try record[field].string()) }
      return texts
    }
    guard !bytes.isEmpty else {
      throw LMError(at: place, "is empty", remedy: "give one text on each line")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LMError(at: place, "is not UTF-8", remedy: "convert it to UTF-8")
    }
    return lines(text)
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
