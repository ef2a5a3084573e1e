import LMRuntime

/// Reads protobuf's wire format: fields of a message, one after the other.
///
/// https://protobuf.dev/programming-guides/encoding
struct ProtobufReader {
  /// The value of a field, as its wire type says it; groups are not read.
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(UnsafeRawBufferPointer)
  }

  private(set) var reader: ByteReader
  /// Offset of the message in the file, for errors.
  private let base: Int
  private let place: String

  /// A message that begins at `base` of the file called `place`.
  init(_ bytes: UnsafeRawBufferPointer, from place: String, base: Int = 0) {
    reader = ByteReader(bytes, from: place)
    self.base = base
    self.place = place
  }

  /// Calls `body` with the number and value of each field.
  static func forEachField(
    of bytes: UnsafeRawBufferPointer, from place: String, base: Int = 0,
    _ body: (_ number: Int, _ field: Field) throws(LMError) -> Void
  ) throws(LMError) {
    var message = ProtobufReader(bytes, from: place, base: base)
    while message.reader.remaining > 0 {
      let start = message.reader.offset
      let key = try message.readVarint("a field's number")
      // Field numbers have 29 bits.
      guard let number = Int(exactly: key >> 3), number > 0, number < 1 << 29 else {
        throw message.failure("has a field with the number \(key >> 3)", start)
      }
      try body(
        number,
        Field(
          number: number, value: try message.readValue(key & 7, start), place: place,
          offset: base + message.reader.offset))
    }
  }

  private mutating func readValue(_ wireType: UInt64, _ start: Int) throws(LMError) -> Value {
    switch wireType {
    case 0: return .varint(try readVarint("a number"))
    case 1: return .fixed64(try reader.readInteger(UInt64.self, "a number"))
    case 5: return .fixed32(try reader.readInteger(UInt32.self, "a number"))
    case 2:
      let length = try readVarint("a length")
      guard let count = Int(exactly: length), count <= reader.remaining else {
        throw failure("has a field of \(length) bytes, and \(reader.remaining) are left", start)
      }
      return .bytes(try reader.read(count, "a field"))
    default: throw failure("has the wire type \(wireType)", start)
    }
  }

  /// Seven bits a byte, the lowest first, at most ten bytes.
  private mutating func readVarint(_ what: String) throws(LMError) -> UInt64 {
    let start = reader.offset
    var value: UInt64 = 0
    for position in 0..<10 {
      let byte = try reader.readInteger(UInt8.self, what)
      let part = UInt64(byte & 0x7F)
      guard position < 9 || part <= 1 else { break }
      value |= part << UInt64(7 * position)
      if byte < 0x80 { return value }
    }
    throw failure("has a number of over 64 bits", start)
  }

  private func failure(_ problem: String, _ start: Int) -> LMError {
    LMError(at: "\(place), byte \(base + start)", problem, remedy: "use a complete file")
  }

  /// A field of a message.
  struct Field {
    let number: Int
    let value: Value
    let place: String
    /// Where the field ends in the file.
    let offset: Int

    /// The content of a string, of bytes, or of an inner message, which begins at `base` of the file.
    func bytes() throws(LMError) -> (bytes: UnsafeRawBufferPointer, base: Int) {
      guard case .bytes(let bytes) = value else { throw unexpected("bytes") }
      return (bytes, offset - bytes.count)
    }

    /// The content of a string that must be UTF-8.
    func string() throws(LMError) -> String {
      guard let string = String(validating: try bytes().bytes, as: UTF8.self) else {
        throw unexpected("UTF-8")
      }
      return string
    }

    /// An `int32` or an enumeration.
    func int32() throws(LMError) -> Int32 {
      guard case .varint(let value) = value else { throw unexpected("a number") }
      // Negative ones are written as 64 bits.
      guard let number = Int32(exactly: Int64(bitPattern: value)) else { throw unexpected("32 bits") }
      return number
    }

    func bool() throws(LMError) -> Bool {
      guard case .varint(let value) = value else { throw unexpected("true or false") }
      return value != 0
    }

    func float() throws(LMError) -> Float {
      guard case .fixed32(let bits) = value else { throw unexpected("a float") }
      return Float(bitPattern: bits)
    }

    func unexpected(_ expected: String) -> LMError {
      LMError(
        at: "\(place), byte \(offset)", "has something else than \(expected) in field \(number)",
        remedy: "use a SentencePiece model")
    }
  }
}
