/// Metadata for a GGUF file that is to be written: keys with values of a type, in the order in which they were
/// first set.
///
///     var metadata = GGUFMetadata()
///     metadata.set("general.architecture", "llama")
///     metadata.set("llama.block_count", 12)
///
/// A key that is set again keeps its place and gets the new value.
public struct GGUFMetadata: Sendable {
  /// Keys and their values as the file has them: the number of the type, then the bytes.
  private(set) var entries: [(key: String, bytes: [UInt8])] = []
  private var positions: [String: Int] = [:]

  /// No metadata.
  public init() {}

  /// Number of keys.
  public var count: Int { entries.count }

  /// Sets a whole number.
  /// - Precondition: `type` is a type of whole numbers that can hold `value`.
  /// - Throws: ``LMError`` where the number does not fit.
  public mutating func set(_ key: String, _ value: Int, as type: GGUFType = .uint32) throws(LMError) {
    try put(key, type, try Self.bytes(value, type, key))
  }

  /// Sets a number of single precision.
  public mutating func set(_ key: String, _ value: Float) throws(LMError) {
    try put(key, .float32, Self.bytes(value.bitPattern))
  }

  /// Sets a number of double precision.
  public mutating func set(_ key: String, _ value: Double) throws(LMError) {
    try put(key, .float64, Self.bytes(value.bitPattern))
  }

  /// Sets a truth value.
  public mutating func set(_ key: String, _ value: Bool) throws(LMError) {
    try put(key, .bool, [value ? 1 : 0])
  }

  /// Sets a string.
  public mutating func set(_ key: String, _ value: String) throws(LMError) {
    try put(key, .string, try Self.bytes(Array(value.utf8), key))
  }

  /// Sets an array of whole numbers; an empty one is left out, as gguf-py does.
  public mutating func set(_ key: String, _ values: [Int], as type: GGUFType = .int32) throws(LMError) {
    var bytes: [UInt8] = []
    for value in values { bytes += try Self.bytes(value, type, key) }
    try putArray(key, type, count: values.count, bytes)
  }

  /// Sets an array of numbers of single precision; an empty one is left out.
  public mutating func set(_ key: String, _ values: [Float]) throws(LMError) {
    try putArray(key, .float32, count: values.count, values.flatMap { Self.bytes($0.bitPattern) })
  }

  /// Sets an array of truth values; an empty one is left out.
  public mutating func set(_ key: String, _ values: [Bool]) throws(LMError) {
    try putArray(key, .bool, count: values.count, values.map { $0 ? 1 : 0 })
  }

  /// Sets an array of strings, given by their bytes; an empty one is left out, but with `keepsEmpty`.
  public mutating func set(
    _ key: String, strings values: [[UInt8]], keepsEmpty: Bool = false
  ) throws(LMError) {
    var bytes: [UInt8] = []
    for value in values { bytes += try Self.bytes(value, key) }
    try putArray(key, .string, count: values.count, bytes, keepsEmpty: keepsEmpty)
  }
}

extension GGUFMetadata {
  private mutating func put(_ key: String, _ type: GGUFType, _ value: [UInt8]) throws(LMError) {
    guard (1...65_535).contains(key.utf8.count) else {
      throw Self.failure(key, "is empty or longer than 65535 bytes", "use another key")
    }
    let bytes = Self.bytes(type.rawValue) + value
    if let position = positions[key] {
      entries[position].bytes = bytes
    } else {
      guard entries.count < GGUFFile.keyLimit else {
        throw Self.failure(key, "is one key more than \(GGUFFile.keyLimit)", "write fewer")
      }
      positions[key] = entries.count
      entries.append((key, bytes))
    }
  }

  private mutating func putArray(
    _ key: String, _ type: GGUFType, count: Int, _ elements: [UInt8], keepsEmpty: Bool = false
  ) throws(LMError) {
    guard count > 0 || keepsEmpty else { return }
    try put(key, .array, Self.bytes(type.rawValue) + Self.bytes(UInt64(count)) + elements)
  }

  private static func bytes(_ string: [UInt8], _ key: String) throws(LMError) -> [UInt8] {
    guard string.count <= GGUFFile.stringLimit else {
      throw failure(key, "has a string of \(string.count) bytes", "at most \(GGUFFile.stringLimit) are read")
    }
    return bytes(UInt64(string.count)) + string
  }

  private static func bytes(_ value: Int, _ type: GGUFType, _ key: String) throws(LMError) -> [UInt8] {
    let encoded: [UInt8]? =
      switch type {
      case .uint8: UInt8(exactly: value).map { bytes($0) }
      case .int8: Int8(exactly: value).map { bytes($0) }
      case .uint16: UInt16(exactly: value).map { bytes($0) }
      case .int16: Int16(exactly: value).map { bytes($0) }
      case .uint32: UInt32(exactly: value).map { bytes($0) }
      case .int32: Int32(exactly: value).map { bytes($0) }
      case .uint64: UInt64(exactly: value).map { bytes($0) }
      case .int64: bytes(Int64(value))
      case .float32, .float64, .bool, .string, .array: nil
      }
    guard let encoded else { throw failure(key, "is \(value), which no \(type) holds", "use another type") }
    return encoded
  }

  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func failure(_ key: String, _ problem: String, _ remedy: String) -> LMError {
    LMError(at: "GGUF key \(JSON.quoted(key))", problem, remedy: remedy)
  }
}
