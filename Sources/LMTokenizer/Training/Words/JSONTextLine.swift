import LMRuntime

/// Lines of JSON objects with a text under the key `"text"`.
enum JSONTextLine {
  /// Calls `body` with the text of every line that is not white space.
  /// - Parameter first: The number of the first line, for errors.
  /// - Throws: ``LMError`` with the number of the first line that is no JSON object or has no such text.
  static func forEach(
    in lines: UnsafeBufferPointer<UInt8>, first: Int, of path: String,
    _ body: (UnsafeBufferPointer<UInt8>) throws(LMError) -> Void
  ) throws(LMError) {
    var start = 0
    var number = first
    while start < lines.count {
      let end = lines[start...].firstIndex(of: 0x0A) ?? lines.count
      let line = UnsafeBufferPointer(rebasing: lines[start..<end])
      if var text = try text(in: line, at: "\(path), line \(number)") {
        let outcome = text.withUTF8 { bytes in Result { () throws(LMError) in try body(bytes) } }
        try outcome.get()
      }
      start = end + 1
      number += 1
    }
  }

  /// The text of one line, nil where the line is white space.
  private static func text(
    in line: UnsafeBufferPointer<UInt8>, at place: String
  ) throws(LMError) -> String? {
    var reader = JSONReader(UnsafeRawBufferPointer(line), from: place)
    guard reader.skipSpace() != 0 || reader.offset < line.count else { return nil }
    guard reader.skipSpace() == UInt8(ascii: "{") else { throw unexpected("is no JSON object", place) }
    var found: String?
    var keys: [String] = []
    try reader.readObject { reader, key throws(LMError) in
      guard key == "text" else {
        if keys.count < 5 { keys.append(JSON.quoted(key)) }
        return try reader.skipValue()
      }
      guard found == nil else { throw reader.repeatedKey(key, before: reader.offset) }
      guard reader.skipSpace() == UInt8(ascii: "\"") || reader.offset == line.count else {
        throw unexpected("has a \"text\" that is no string", place)
      }
      found = try reader.readString()
    }
    try reader.finish()
    guard let found else {
      let names = keys.isEmpty ? "no keys" : keys.joined(separator: ", ")
      throw unexpected("has no \"text\" (found \(names))", place)
    }
    return found
  }

  private static func unexpected(_ problem: String, _ place: String) -> LMError {
    LMError(at: place, problem, remedy: #"write one object such as {"text": "…"} on every line"#)
  }
}
