/// The type of a value in the metadata of a GGUF file; the raw value is the one in the file.
public enum GGUFType: UInt32, Sendable {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// Size of a value in bytes; nil for strings and arrays.
  public var size: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }
}

/// A value in the metadata of a GGUF file.
public enum GGUFValue: Sendable {
  /// A whole number of any width.
  case integer(Int)
  /// A whole number above `Int.max`.
  case large(UInt64)
  /// A number of 32 or 64 bits; `isSingle` says of 32.
  case float(Double, isSingle: Bool)
  case bool(Bool)
  /// The bytes of a string, which should be UTF-8 and need not be.
  case string([UInt8])
  case array(GGUFArray)
}

/// An array in the metadata of a GGUF file, kept as the bytes of the file.
public struct GGUFArray: Sendable {
  /// The type of the elements; never an array.
  public let type: GGUFType
  /// Number of elements.
  public let count: Int
  /// Numbers as they are in the file, or the bytes of all strings one after the other.
  private let bytes: [UInt8]
  /// Where each string ends in `bytes`; empty for numbers.
  private let ends: [Int]

  init(type: GGUFType, count: Int, bytes: [UInt8], ends: [Int]) {
    self.type = type
    self.count = count
    self.bytes = bytes
    self.ends = ends
  }

  /// The bytes of the string at `index` (`< count`); nil where the elements are no strings.
  /// - Complexity: O(1).
  public func string(_ index: Int) -> ArraySlice<UInt8>? {
    guard type == .string else { return nil }
    return bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// The whole number at `index` (`< count`); nil for other types and for numbers above `Int.max`.
  public func integer(_ index: Int) -> Int? {
    guard type != .float32, type != .float64, type != .bool else { return nil }
    if case .integer(let value)? = number(index) { return value }
    return nil
  }

  /// The number at `index` (`< count`) as a floating-point number; nil for strings and booleans.
  public func double(_ index: Int) -> Double? {
    switch number(index) {
    case .integer(let value): Double(value)
    case .large(let value): Double(value)
    case .float(let value, _): value
    default: nil
    }
  }

  private func number(_ index: Int) -> GGUFValue? {
    guard let size = type.size else { return nil }
    return bytes.withUnsafeBytes { bytes in
      GGUFValue(type, UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size]))
    }
  }
}

extension GGUFValue {
  /// The number of the given type in its bytes in little-endian order; nil for strings and arrays.
  init?(_ type: GGUFType, _ bytes: UnsafeRawBufferPointer) {
    func load<Number: FixedWidthInteger>(_: Number.Type) -> Number {
      Number(littleEndian: bytes.loadUnaligned(as: Number.self))
    }
    switch type {
    case .uint8: self = .integer(Int(load(UInt8.self)))
    case .int8: self = .integer(Int(load(Int8.self)))
    case .uint16: self = .integer(Int(load(UInt16.self)))
    case .int16: self = .integer(Int(load(Int16.self)))
    case .uint32: self = .integer(Int(load(UInt32.self)))
    case .int32: self = .integer(Int(load(Int32.self)))
    case .int64: self = .integer(Int(load(Int64.self)))
    case .uint64:
      let value = load(UInt64.self)
      self = Int(exactly: value).map { .integer($0) } ?? .large(value)
    case .float32: self = .float(Double(Float(bitPattern: load(UInt32.self))), isSingle: true)
    case .float64: self = .float(Double(bitPattern: load(UInt64.self)), isSingle: false)
    case .bool: self = .bool(load(UInt8.self) != 0)
    case .string, .array: return nil
    }
  }
}
