/// Where a tensor of a GGUF file is.
public struct GGUFTensor: Sendable {
  /// Most dimensions.
  public static let dimensionLimit = 4
  /// Longest name, in bytes.
  public static let nameLimit = 1_024

  /// Its name; names do not repeat.
  public let name: String
  /// Sizes of the dimensions, first the one whose elements lie side by side (the reverse of row-major).
  public let dimensions: [Int]
  /// The number of the element type in ggml, such as 0 for float32, 1 for float16, 30 for bf16.
  public let type: UInt32
  /// Offset of the data behind ``GGUFFile/dataOffset``; a multiple of the alignment.
  public let offset: Int

  private let place: Int

  /// Elements and bytes of a block of each element type that ggml defines.
  private static let blocks: [UInt32: (elements: Int, bytes: Int)] = [
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
  ]

  /// Size of the data in bytes; nil where the type is unknown, a row is not whole blocks, or it overflows.
  public var byteCount: Int? { Self.byteCount(type: type, dimensions: dimensions) }

  /// Size in bytes of a tensor of this type and these dimensions, as ``byteCount``.
  static func byteCount(type: UInt32, dimensions: [Int]) -> Int? {
    guard let block = blocks[type], let first = dimensions.first, first % block.elements == 0 else {
      return nil
    }
    var elements = 1
    for size in dimensions {
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      elements = product
    }
    let (bytes, overflow) = (elements / block.elements).multipliedReportingOverflow(by: block.bytes)
    return overflow ? nil : bytes
  }

  static func readAll(_ count: Int, _ reader: inout ByteReader) throws(LMError) -> [GGUFTensor] {
    var tensors: [GGUFTensor] = []
    var names: Set<String> = []
    for _ in 0..<count {
      let start = reader.offset
      let tensor = try GGUFTensor(&reader)
      guard names.insert(tensor.name).inserted else {
        throw reader.failure("repeats the tensor \(JSON.quoted(tensor.name))", at: start)
      }
      tensors.append(tensor)
    }
    return tensors
  }

  private init(_ reader: inout ByteReader) throws(LMError) {
    place = reader.offset
    name = try reader.readName("a tensor's name")
    let rank = Int(try reader.readInteger(UInt32.self, "a tensor's number of dimensions"))
    guard name.utf8.count <= Self.nameLimit, (1...Self.dimensionLimit).contains(rank) else {
      throw reader.failure(
        "has a tensor of \(rank) dimensions and a name of \(name.utf8.count) bytes", at: place,
        remedy: "at most \(Self.dimensionLimit) and \(Self.nameLimit) are supported")
    }
    var dimensions: [Int] = []
    for _ in 0..<rank { dimensions.append(try reader.readCount("a dimension", limit: Int.max)) }
    self.dimensions = dimensions
    type = try reader.readInteger(UInt32.self, "a tensor's type")
    offset = try reader.readCount("a tensor's offset", limit: Int.max)
  }

  /// Checks that the data begin at a multiple of `alignment` and end inside of `available` bytes.
  func check(_ alignment: Int, available: Int, _ reader: ByteReader) throws(LMError) {
    guard let size = byteCount else {
      throw reader.failure(
        "has a tensor \(JSON.quoted(name)) of type \(type) and size \(dimensions), which has no size in bytes",
        at: place, remedy: "use a complete file with known types")
    }
    guard offset % alignment == 0, size <= available, offset <= available - size else {
      throw reader.failure(
        "has a tensor \(JSON.quoted(name)) of \(size) bytes at \(offset), outside of the \(max(0, available)) "
          + "bytes of data or not aligned to \(alignment)", at: place)
    }
  }
}
