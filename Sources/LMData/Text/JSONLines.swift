import Glibc
import LMRuntime

/// Files with one JSON object on each line.
enum JSONLines {
  /// The values of the key `"text"` in order, without empty ones.
  /// - Throws: ``LMError`` with the number of the first line that is not JSON or has no such text.
  static func texts(in file: MappedFile) throws(LMError) -> [TextDocument] {
    try file.withBytes { bytes throws(LMError) in
      var documents: [TextDocument] = []
      var (start, number) = (PlainText.markLength(bytes), 1)
      while start < bytes.count, let base = bytes.baseAddress {
        let end =
          memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base } ?? bytes.count
        let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if let text = try text(in: line, at: start, of: file, number), text.byteCount > 0 {
          documents.append(text)
        }
        start = end + 1
        number += 1
      }
      return documents
    }
  }

  /// The text of one line, nil where it is white space. It stays in the file where it has no escapes there.
  private static func text(
    in line: UnsafeRawBufferPointer, at start: Int, of file: MappedFile, _ number: Int
  ) throws(LMError) -> TextDocument? {
    var reader = JSONReader(line, from: "\(file.path), line \(number)")
    guard reader.skipSpace() != 0 || reader.offset < line.count else { return nil }
    guard reader.skipSpace() == UInt8(ascii: "{") else { throw unexpected("is no JSON object", reader) }
    var document: TextDocument?
    var keys: [String] = []
    try reader.readObject { reader, key throws(LMError) in
      guard key == "text" else {
        keys.append(JSON.quoted(key))
        _ = try reader.readValue()
        return
      }
      guard document == nil else { throw reader.repeatedKey(key, before: reader.offset) }
      guard reader.skipSpace() == UInt8(ascii: "\"") || reader.offset == line.count else {
        throw unexpected("has a \"text\" that is no string", reader)
      }
      let first = start + reader.offset + 1
      let text = try reader.readString()
      let range = first..<start + reader.offset - 1
      // Every escape is longer than the character it stands for.
      document = text.utf8.count == range.count ? TextDocument(file, range) : TextDocument(text)
    }
    try reader.finish()
    guard let document else {
      let found = keys.isEmpty ? "no keys" : keys.prefix(5).joined(separator: ", ")
      throw unexpected("has no \"text\" (found \(found))", reader)
    }
    return document
  }

  private static func unexpected(_ problem: String, _ reader: JSONReader) -> LMError {
    LMError(at: reader.place, problem, remedy: #"write one object such as {"text": "…"} on every line"#)
  }
}
