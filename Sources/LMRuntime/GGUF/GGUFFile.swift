/// The head of a GGUF file, versions 2 and 3: metadata, and where the tensors are.
///
/// Reads the whole head and nothing of the tensors' data. Everything is checked before memory is taken for
/// it: counts and lengths against the bytes that are left, keys and names for repetition, sizes for
/// overflow, and that every tensor lies inside the file.
///
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public struct GGUFFile: Sendable {
  /// Most metadata entries.
  public static let keyLimit = 65_536
  /// Most tensors.
  public static let tensorLimit = 1_000_000
  /// Longest string, in bytes.
  public static let stringLimit = 1 << 24

  /// 2 or 3.
  public let version: Int
  /// The metadata in the order of the file.
  public let metadata: [(key: String, value: GGUFValue)]
  /// The tensors in the order of the file.
  public let tensors: [GGUFTensor]
  /// Bytes that tensors start at multiples of: a power of two.
  public let alignment: Int
  /// Where the tensors' data begin in the file.
  public let dataOffset: Int
  /// The path, or what errors call the file.
  public let place: String

  private let positions: [String: Int]

  /// Reads the head of the file at `path`.
  /// - Throws: ``LMError`` with the byte offset of the first fault.
  /// - Complexity: O(bytes of the head), in time and memory.
  public init(path: String) throws(LMError) {
    let file = try MappedFile(path)
    self = try file.withBytes { bytes throws(LMError) in try GGUFFile(bytes, from: path) }
  }

  /// Reads the head of a file that is in memory; `place` is what errors call it.
  /// - Throws: ``LMError`` with the byte offset of the first fault.
  public init(_ bytes: UnsafeRawBufferPointer, from place: String) throws(LMError) {
    try self.init(bytes, size: bytes.count, from: place)
  }

  /// Reads a head that stands alone, of a file that will have `size` bytes.
  package init(_ bytes: UnsafeRawBufferPointer, size: Int, from place: String) throws(LMError) {
    var reader = ByteReader(bytes, from: place)
    self.place = place
    version = try Self.readVersion(&reader)
    // A tensor takes at least 24 bytes: name's length, dimensions, type, offset. An entry takes at least 14.
    let tensorCount = try reader.readCount(
      "the number of tensors", limit: min(Self.tensorLimit, reader.remaining / 24))
    let keyCount = try reader.readCount(
      "the number of metadata entries", limit: min(Self.keyLimit, reader.remaining / 14))
    var metadata: [(key: String, value: GGUFValue)] = []
    var positions: [String: Int] = [:]
    for position in 0..<keyCount {
      let start = reader.offset
      let key = try reader.readName("a key")
      guard positions.updateValue(position, forKey: key) == nil else {
        throw reader.failure("repeats the key \(JSON.quoted(key))", at: start)
      }
      metadata.append((key, try reader.readValue()))
    }
    self.metadata = metadata
    self.positions = positions
    alignment = try Self.alignment(positions["general.alignment"].map { metadata[$0].value }, &reader)
    let infos = try GGUFTensor.readAll(tensorCount, &reader)
    let padding = (alignment - reader.offset % alignment) % alignment
    // A file of metadata alone may end without the padding.
    dataOffset = tensorCount == 0 ? min(size, reader.offset + padding) : reader.offset + padding
    for tensor in infos { try tensor.check(alignment, available: size - dataOffset, reader) }
    tensors = infos
  }

  /// The value of `key`, nil where the file has none.
  /// - Complexity: O(bytes of the key).
  public subscript(key: String) -> GGUFValue? { positions[key].map { metadata[$0].value } }

  private static func readVersion(_ reader: inout ByteReader) throws(LMError) -> Int {
    let magic = try reader.readInteger(UInt32.self, "the first four bytes")
    guard magic == 0x4655_4747 else {
      throw reader.failure("does not begin with GGUF", at: 0, remedy: "give a GGUF file")
    }
    let version = try reader.readInteger(UInt32.self, "the version")
    guard version == 2 || version == 3 else {
      let isSwapped = version.byteSwapped == 2 || version.byteSwapped == 3
      throw reader.failure(
        isSwapped ? "is in big-endian order" : "has version \(version)", at: 4,
        remedy: "convert it to a little-endian GGUF file of version 3")
    }
    return Int(version)
  }

  private static func alignment(_ value: GGUFValue?, _ reader: inout ByteReader) throws(LMError) -> Int {
    guard let value else { return 32 }
    guard case .integer(let alignment) = value, alignment > 0, alignment & (alignment - 1) == 0,
      alignment <= 1 << 30
    else { throw reader.failure("has a \"general.alignment\" that is no power of two up to 2^30") }
    return alignment
  }
}

extension ByteReader {
  /// A string of at most 65,535 bytes that must be UTF-8 and not empty: a key or a tensor's name.
  mutating func readName(_ what: String) throws(LMError) -> String {
    let start = offset
    let length = try readCount("the length of \(what)", limit: min(65_535, remaining - 8))
    guard let name = String(validating: try read(length, what), as: UTF8.self), !name.isEmpty else {
      throw failure("has \(what) that is empty or no UTF-8", at: start)
    }
    return name
  }

  fileprivate mutating func readType(_ what: String) throws(LMError) -> GGUFType {
    let start = offset
    let number = try readInteger(UInt32.self, what)
    guard let type = GGUFType(rawValue: number) else {
      throw failure(
        "has the unknown type \(number) as \(what)", at: start, remedy: "use a GGUF file of version 3")
    }
    return type
  }

  fileprivate mutating func readValue() throws(LMError) -> GGUFValue {
    let type = try readType("the type of a value")
    switch type {
    case .string: return .string(Array(try readString()))
    case .array: return .array(try readArray())
    default:
      let start = offset
      guard let size = type.size, let value = GGUFValue(type, try read(size, "a value")) else {
        throw failure("has a value of no size", at: start)
      }
      return value
    }
  }

  private mutating func readString() throws(LMError) -> UnsafeRawBufferPointer {
    let length = try readCount("the length of a string", limit: min(GGUFFile.stringLimit, remaining - 8))
    return try read(length, "a string")
  }

  private mutating func readArray() throws(LMError) -> GGUFArray {
    let start = offset
    let type = try readType("the type of an array's elements")
    if let size = type.size {
      let count = try readCount("the length of an array", limit: (remaining - 8) / size)
      return GGUFArray(type: type, count: count, bytes: Array(try read(count * size, "an array")), ends: [])
    }
    guard type == .string else { throw failure("has an array of arrays", at: start) }
    let count = try readCount("the length of an array", limit: (remaining - 8) / 8)
    var bytes: [UInt8] = []
    var ends: [Int] = []
    ends.reserveCapacity(count)
    for _ in 0..<count {
      bytes += try readString()
      ends.append(bytes.count)
    }
    return GGUFArray(type: .string, count: count, bytes: bytes, ends: ends)
  }
}
