extension JSON {
  /// How a document is laid out.
  public enum Layout: Sendable {
    /// On one line without spaces.
    case compact
    /// Two spaces a level, as Python's `json.dump(…, indent=2, ensure_ascii=False)`.
    case pretty
  }

  /// The document in UTF-8, without a final line break.
  ///
  /// Doubles have the fewest digits that give the same double again; those that are not finite become
  /// `null`. Characters beyond ASCII stand as they are.
  /// - Complexity: O(size of the value).
  public func serialized(_ layout: Layout = .compact) -> [UInt8] {
    var writer = JSONWriter(isPretty: layout == .pretty)
    writer.write(self, level: 0)
    return writer.bytes
  }

  /// The document as a string, as ``serialized(_:)``.
  public func text(_ layout: Layout = .compact) -> String {
    String(decoding: serialized(layout), as: UTF8.self)
  }
}

/// Lays out a JSON value.
private struct JSONWriter {
  let isPretty: Bool
  var bytes: [UInt8] = []

  init(isPretty: Bool) { self.isPretty = isPretty }

  mutating func write(_ value: JSON, level: Int) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(String(value))
    case .number(let value): append(value.isFinite ? value.description : "null")
    case .string(let value): write(value)
    case .array(let elements):
      write("[", "]", elements, level) { $0.write($1, level: level + 1) }
    case .object(let object):
      write("{", "}", object.members, level) { writer, member in
        writer.write(member.key)
        writer.append(writer.isPretty ? ": " : ":")
        writer.write(member.value, level: level + 1)
      }
    }
  }

  private mutating func write<Element>(
    _ open: String, _ close: String, _ elements: [Element], _ level: Int,
    _ body: (inout JSONWriter, Element) -> Void
  ) {
    append(open)
    for (position, element) in elements.enumerated() {
      if position > 0 { append(",") }
      breakLine(level + 1)
      body(&self, element)
    }
    if !elements.isEmpty { breakLine(level) }
    append(close)
  }

  private mutating func breakLine(_ level: Int) {
    guard isPretty else { return }
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: 2 * level))
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0A: append("\\n")
      case 0x0C: append("\\f")
      case 0x0D: append("\\r")
      case 0..<0x20:
        append(byte < 0x10 ? "\\u000" : "\\u00")
        append(String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
