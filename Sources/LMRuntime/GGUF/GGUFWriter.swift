/// Writes GGUF files of version 3 as gguf-py lays them out: metadata and tensors in the given order, the data
/// of every tensor filled up with zeros to a multiple of the alignment.
public struct GGUFWriter: Sendable {
  /// A tensor to write.
  public struct Tensor: Sendable {
    /// Its name.
    public let name: String
    /// The number of its element type in ggml, as in ``GGUFTensor/type``.
    public let type: UInt32
    /// Sizes in row-major order.
    public let shape: [Int]

    /// A tensor of `shape`, whose bytes are given when the file is written.
    public init(_ name: String, type: UInt32, shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  /// What is written for one tensor.
  public struct Entry: Sendable {
    /// Its name.
    public let name: String
    /// Bytes of its data.
    public let byteCount: Int
    /// Offset of its data behind the head of the file; a multiple of the alignment.
    public let offset: Int
  }

  /// The tensors in the order in which their bytes are written.
  public let entries: [Entry]
  /// Size of the file.
  public let byteCount: Int
  /// All that stands before the data.
  package let head: [UInt8]
  private let alignment: Int

  /// Plans a file.
  /// - Parameter alignment: a power of two; one that is not 32 is written as `general.alignment`.
  /// - Throws: ``LMError`` where a tensor's name stands twice, or it has a size that no reader takes.
  public init(
    _ metadata: GGUFMetadata, _ tensors: [Tensor], alignment: Int = 32
  ) throws(LMError) {
    precondition(
      alignment > 0 && alignment & (alignment - 1) == 0,
      "GGUFWriter: alignment \(alignment) is no power of two")
    var metadata = metadata
    if alignment != 32 { try metadata.set("general.alignment", alignment) }
    var head = Array("GGUF".utf8) + GGUFMetadata.bytes(UInt32(3))
    head += GGUFMetadata.bytes(UInt64(tensors.count)) + GGUFMetadata.bytes(UInt64(metadata.count))
    for entry in metadata.entries { head += Self.text(entry.key) + entry.bytes }
    var names: Set<String> = []
    var entries: [Entry] = []
    var end = 0
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else { throw Self.failure(tensor, "is given twice") }
      let size = try Self.size(of: tensor)
      entries.append(Entry(name: tensor.name, byteCount: size, offset: end))
      head += Self.text(tensor.name) + GGUFMetadata.bytes(UInt32(tensor.shape.count))
      for size in tensor.shape.reversed() { head += GGUFMetadata.bytes(UInt64(size)) }
      head += GGUFMetadata.bytes(tensor.type) + GGUFMetadata.bytes(UInt64(end))
      let (next, overflow) = end.addingReportingOverflow(size)
      guard !overflow, next <= 1 << 62 else { throw Self.failure(tensor, "makes the file too large") }
      end = next + Self.padding(next, alignment)
    }
    if !tensors.isEmpty { head += [UInt8](repeating: 0, count: Self.padding(head.count, alignment)) }
    self.head = head
    self.entries = entries
    self.alignment = alignment
    byteCount = head.count + end
  }

  /// Writes the file through `writer`.
  /// - Parameter tensor: Called for each of ``entries`` in order; writes exactly its bytes.
  /// - Throws: what `tensor` throws, or ``LMError`` where the disk refuses.
  public func write(
    to writer: FileWriter, _ tensor: (Entry, FileWriter) throws(LMError) -> Void
  ) throws(LMError) {
    try writer.write(head)
    let start = writer.count
    for entry in entries {
      try tensor(entry, writer)
      let written = writer.count - start - entry.offset
      precondition(
        written == entry.byteCount,
        "GGUFWriter: \(entry.name) needs \(entry.byteCount) bytes, \(written) were written")
      try writer.write([UInt8](repeating: 0, count: Self.padding(entry.byteCount, alignment)))
    }
  }

  private static func padding(_ count: Int, _ alignment: Int) -> Int { -count & (alignment - 1) }

  private static func text(_ text: String) -> [UInt8] {
    GGUFMetadata.bytes(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  private static func size(of tensor: Tensor) throws(LMError) -> Int {
    guard (1...GGUFTensor.dimensionLimit).contains(tensor.shape.count),
      (1...GGUFTensor.nameLimit).contains(tensor.name.utf8.count)
    else {
      throw failure(
        tensor, "has \(tensor.shape.count) dimensions and a name of \(tensor.name.utf8.count) bytes")
    }
    let size = GGUFTensor.byteCount(type: tensor.type, dimensions: tensor.shape.reversed())
    guard let size, tensor.shape.allSatisfy({ $0 >= 0 }) else {
      throw failure(tensor, "of type \(tensor.type) and shape \(tensor.shape) is not whole blocks")
    }
    return size
  }

  private static func failure(_ tensor: Tensor, _ problem: String) -> LMError {
    LMError(
      at: "tensor \(JSON.quoted(tensor.name))", problem, remedy: "rename, reshape or convert the tensor")
  }
}
