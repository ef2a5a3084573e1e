/// Reads numbers and runs of bytes from a binary file, from its start to its end. Every access is checked.
///
/// The bytes must stay valid while the reader is used.
public struct ByteReader {
  /// What errors call the file.
  public let place: String
  /// Offset of the next byte.
  public private(set) var offset = 0

  private let bytes: UnsafeRawBufferPointer

  /// A reader at the start of `bytes`.
  public init(_ bytes: UnsafeRawBufferPointer, from place: String) {
    self.bytes = bytes
    self.place = place
  }

  /// Number of bytes that are left.
  public var remaining: Int { bytes.count - offset }

  /// The next `count` bytes.
  /// - Throws: ``LMError`` where fewer are left.
  @inline(__always) public mutating func read(
    _ count: Int, _ what: String
  ) throws(LMError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else { throw failure("ends inside \(what)") }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// The next number, in little-endian order.
  /// - Throws: ``LMError`` where the file ends before it.
  @inline(__always) public mutating func readInteger<Number: FixedWidthInteger>(
    _ type: Number.Type, _ what: String
  ) throws(LMError) -> Number {
    Number(littleEndian: try read(MemoryLayout<Number>.size, what).loadUnaligned(as: Number.self))
  }

  /// The next 64-bit count or length, which must not exceed `limit`.
  /// - Throws: ``LMError`` where it does, or the file ends before it.
  public mutating func readCount(_ what: String, limit: Int) throws(LMError) -> Int {
    let start = offset
    let value = try readInteger(UInt64.self, what)
    guard let count = Int(exactly: value), count <= limit else {
      throw failure("has \(value) as \(what), more than the \(max(0, limit)) that can be", at: start)
    }
    return count
  }

  /// An error at the current offset (or at `start`).
  public func failure(
    _ problem: String, at start: Int? = nil, remedy: String = "use a complete file"
  ) -> LMError {
    LMError(at: "\(place), byte \(start ?? offset)", problem, remedy: remedy)
  }
}
