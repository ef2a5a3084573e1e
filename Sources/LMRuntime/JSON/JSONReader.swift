/// Reads JSON from bytes from left to right, without building values that the caller does not want.
///
/// ``JSON/parse(_:from:)-swift.type.method`` is made of it. A file format whose layout is known reads its fields
/// directly, and so allocates no more than it keeps, whatever the file contains:
///
///     var reader = JSONReader(bytes, from: path)
///     try reader.readObject { reader, key throws(LMError) in ids[key] = try reader.readInteger() }
///     try reader.finish()
///
/// The bytes must stay valid while the reader is used. Every access is checked against their count.
public struct JSONReader {
  /// Most levels of arrays and objects inside each other.
  public static let depthLimit = 64

  /// What errors call the document.
  public let place: String
  /// Offset of the next byte to read.
  public internal(set) var offset = 0

  let bytes: UnsafeBufferPointer<UInt8>
  private var depth = 0
  /// Holds a string with escapes while it is put together.
  var unescaped: [UInt8] = []

  /// A reader at the start of `bytes`; `place` is what errors call the document.
  public init(_ bytes: UnsafeRawBufferPointer, from place: String) {
    self.bytes = bytes.bindMemory(to: UInt8.self)
    self.place = place
  }

  /// The next byte, 0 at the end: 0 stands nowhere in valid JSON.
  @inline(__always) var next: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  /// Moves to the next byte that is not white space and returns it, 0 at the end.
  @inline(__always) @discardableResult public mutating func skipSpace() -> UInt8 {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    return 0
  }

  /// Reads any value, with everything inside it.
  /// - Throws: ``LMError`` with the offset of the first fault.
  public mutating func readValue() throws(LMError) -> JSON {
    switch skipSpace() {
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "{"):
      var object = JSONObject()
      try readObject { reader, key throws(LMError) in
        let start = reader.offset
        let value = try reader.readValue()
        if !object.append(key, value) { throw reader.repeatedKey(key, before: start) }
      }
      return .object(object)
    case UInt8(ascii: "["):
      var elements: [JSON] = []
      try readArray { reader throws(LMError) in elements.append(try reader.readValue()) }
      return .array(elements)
    case UInt8(ascii: "t"): return .bool(try readWord("true", meaning: true))
    case UInt8(ascii: "f"): return .bool(try readWord("false", meaning: false))
    case UInt8(ascii: "n"): return try readWord("null", meaning: .null)
    default: return try readNumber()
    }
  }

  /// Reads any value without keeping it, as strictly as ``readValue()`` but for repeated keys.
  /// - Throws: ``LMError`` with the offset of the first fault.
  public mutating func skipValue() throws(LMError) {
    switch skipSpace() {
    case UInt8(ascii: "{"): try readObject { reader, _ throws(LMError) in try reader.skipValue() }
    case UInt8(ascii: "["): try readArray { reader throws(LMError) in try reader.skipValue() }
    default: _ = try readValue()
    }
  }

  /// Reads an object; `member` gets each key and must read exactly its value. Repeated keys are not noticed.
  /// - Throws: ``LMError`` where the bytes are no object, or what `member` throws.
  public mutating func readObject(
    _ member: (_ reader: inout JSONReader, _ key: String) throws(LMError) -> Void
  ) throws(LMError) {
    try open(UInt8(ascii: "{"), "an object")
    if skipSpace() == UInt8(ascii: "}") { return close() }
    while true {
      guard skipSpace() == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
      let key = try readString()
      guard skipSpace() == UInt8(ascii: ":") else {
        throw unexpected("\":\" after the key \(JSON.quoted(key))")
      }
      offset += 1
      try member(&self, key)
      switch skipSpace() {
      case UInt8(ascii: ","): offset += 1
      case UInt8(ascii: "}"): return close()
      default: throw unexpected("\",\" or \"}\"")
      }
    }
  }

  /// Reads an array; `element` is called before each element and must read exactly that.
  /// - Throws: ``LMError`` where the bytes are no array, or what `element` throws.
  public mutating func readArray(
    _ element: (_ reader: inout JSONReader) throws(LMError) -> Void
  ) throws(LMError) {
    try open(UInt8(ascii: "["), "an array")
    if skipSpace() == UInt8(ascii: "]") { return close() }
    while true {
      try element(&self)
      switch skipSpace() {
      case UInt8(ascii: ","): offset += 1
      case UInt8(ascii: "]"): return close()
      default: throw unexpected("\",\" or \"]\"")
      }
    }
  }

  /// Checks that nothing but white space is left.
  /// - Throws: ``LMError`` with the offset of the first byte that is left.
  public mutating func finish() throws(LMError) {
    skipSpace()
    if offset < bytes.count { throw unexpected("the end of the document") }
  }

  private mutating func open(_ bracket: UInt8, _ name: String) throws(LMError) {
    guard skipSpace() == bracket else { throw unexpected(name) }
    guard depth < Self.depthLimit else {
      throw failure("more than \(Self.depthLimit) levels of nesting", remedy: "flatten the document")
    }
    depth += 1
    offset += 1
  }

  private mutating func close() {
    depth -= 1
    offset += 1
  }

  private mutating func readWord<Meaning>(
    _ word: StaticString, meaning: Meaning
  ) throws(LMError) -> Meaning {
    for position in 0..<word.utf8CodeUnitCount {
      guard next == word.utf8Start[position] else { throw unexpected("\"\(word)\"") }
      offset += 1
    }
    return meaning
  }
}
