/// A JSON value (RFC 8259), with object keys in the order of the file.
///
/// Two strings are equal when their UTF-8 bytes are: Swift's `String` comparison calls "é" and "e◌́" the
/// same, while a vocabulary lists both. Objects are equal when they have the same members in any order.
public enum JSON: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction or exponent that fits 64 bits.
  case integer(Int)
  /// Any other number, rounded to the nearest double; always finite when it was parsed.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object.
  case object(JSONObject)

  /// Parses one complete JSON document.
  ///
  /// Strict: no comments, no trailing commas, no `NaN`, no byte-order mark, no repeated key in an object,
  /// valid UTF-8, only paired surrogates, at most ``JSONReader/depthLimit`` levels of nesting.
  /// - Parameters:
  ///   - bytes: The document in UTF-8; read only during the call.
  ///   - place: What an error calls the document, usually its path.
  /// - Throws: ``LMError`` with the byte offset of the first fault.
  /// - Complexity: O(bytes).
  public static func parse(_ bytes: UnsafeRawBufferPointer, from place: String) throws(LMError) -> JSON {
    var reader = JSONReader(bytes, from: place)
    let value = try reader.readValue()
    try reader.finish()
    return value
  }

  /// Parses one complete JSON document from an array of bytes, as ``parse(_:from:)``.
  public static func parse(_ bytes: [UInt8], from place: String) throws(LMError) -> JSON {
    try bytes.withUnsafeBufferPointer { buffer throws(LMError) in
      try parse(UnsafeRawBufferPointer(buffer), from: place)
    }
  }

  /// Parses one complete JSON document from a string, as ``parse(_:from:)``.
  public static func parse(_ text: String, from place: String) throws(LMError) -> JSON {
    try parse(Array(text.utf8), from: place)
  }

  /// True where both values have the same type and content; strings are compared by their bytes.
  /// - Complexity: O(size of both).
  public static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): KeyIndex.sameBytes(a, b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  /// What the value is, as an error names it: `null`, `a string`, `the integer 5` …
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "the integer \(value)"
    case .number(let value): "the number \(value)"
    case .string(let value): "the string \(JSON.quoted(value))"
    case .array(let values): "an array of \(values.count)"
    case .object(let object): "an object of \(object.count)"
    }
  }

  /// `text` in quotes as an error shows it: on one line, at most 60 scalars.
  package static func quoted(_ text: String) -> String {
    let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(60)))
    let quoted = JSON.string(shown).text()
    return shown.utf8.count < text.utf8.count ? quoted + "…" : quoted
  }
}

// MARK: - Literals

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A Boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object with the keys in the order written; a repeated key keeps the last value.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}
