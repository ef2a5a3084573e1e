import LMRuntime

/// Writes safetensors files as the reference implementation lays them out: the header padded with spaces to
/// a multiple of 8, tensors by type (the widest first), then by the bytes of their names.
public struct SafeTensorsWriter: Sendable {
  /// A tensor to write.
  public struct Tensor: Sendable {
    /// Its name.
    public let name: String
    /// Type of an element.
    public let type: SafeTensorsType
    /// Sizes in row-major order.
    public let shape: [Int]

    /// A tensor of `shape`, whose bytes are given when the file is written.
    public init(_ name: String, _ type: SafeTensorsType, _ shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  /// The tensors in the order in which their bytes are written.
  public let entries: [SafeTensorsEntry]
  /// Size of the file.
  public let byteCount: Int
  private let header: [UInt8]

  /// Plans a file of `tensors`.
  /// - Parameter metadata: The strings of `__metadata__`; HF tools expect `"format": "pt"`.
  /// - Throws: ``LMError`` where a name stands twice or breaks a limit that readers check.
  public init(_ tensors: [Tensor], metadata: [(String, String)] = [("format", "pt")]) throws(LMError) {
    let ordered = tensors.sorted {
      $0.type != $1.type ? $0.type > $1.type : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    var object = JSONObject()
    if !metadata.isEmpty {
      var strings = JSONObject()
      for (key, value) in metadata { strings[key] = .string(value) }
      _ = object.append("__metadata__", .object(strings))
    }
    var end = 0
    var sizes: [Int] = []
    for tensor in ordered {
      let size = try Self.size(of: tensor)
      let (next, overflow) = end.addingReportingOverflow(size)
      guard !overflow else { throw Self.failure(tensor, "makes the file larger than 63 bits can tell") }
      let description: JSON = [
        "dtype": .string(tensor.type.rawValue), "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(end), .integer(next)],
      ]
      guard object.append(tensor.name, description) else { throw Self.failure(tensor, "is given twice") }
      end = next
      sizes.append(size)
    }
    let json = JSON.object(object).serialized()
    header = json + [UInt8](repeating: 0x20, count: -json.count & 7)
    guard header.count <= SafeTensorsHeader.sizeLimit, tensors.count <= SafeTensorsHeader.tensorLimit,
      metadata.count <= SafeTensorsHeader.metadataLimit
    else {
      throw LMError(at: "safetensors header", "is too large", remedy: "split the tensors into several files")
    }
    var start = 8 + header.count
    entries = zip(ordered, sizes).map { tensor, size in
      defer { start += size }
      return SafeTensorsEntry(
        name: tensor.name, type: tensor.type, shape: tensor.shape, byteRange: start..<start + size)
    }
    byteCount = start
  }

  /// Writes the file through `writer`.
  /// - Parameter tensor: Called for each of ``entries`` in order; writes exactly its bytes.
  /// - Throws: what `tensor` throws, or ``LMError`` where the disk refuses.
  public func write(
    to writer: FileWriter, _ tensor: (SafeTensorsEntry, FileWriter) throws(LMError) -> Void
  ) throws(LMError) {
    let start = writer.count
    let length = UInt64(header.count)
    try writer.write((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) })
    try writer.write(header)
    for entry in entries {
      try tensor(entry, writer)
      precondition(
        writer.count - start == entry.byteRange.upperBound,
        "SafeTensorsWriter: \(entry.name) of shape \(entry.shape) needs \(entry.byteRange.count) bytes, "
          + "\(writer.count - start - entry.byteRange.lowerBound) were written")
    }
  }

  /// Replaces the file at `path` as a whole, as ``write(to:_:)-(FileWriter,_)``.
  public func write(
    to path: String, _ tensor: (SafeTensorsEntry, FileWriter) throws(LMError) -> Void
  ) throws(LMError) {
    try AtomicFile.write(path) { writer throws(LMError) in try write(to: writer, tensor) }
  }

  private static func size(of tensor: Tensor) throws(LMError) -> Int {
    guard tensor.name != "__metadata__", tensor.name.utf8.count <= SafeTensorsEntry.nameLimit else {
      throw failure(tensor, "has a name that is reserved or longer than \(SafeTensorsEntry.nameLimit) bytes")
    }
    guard tensor.shape.count <= SafeTensorsEntry.dimensionLimit else {
      throw failure(
        tensor, "has \(tensor.shape.count) dimensions, at most \(SafeTensorsEntry.dimensionLimit)")
    }
    guard let size = tensor.type.byteCount(of: tensor.shape) else {
      throw failure(tensor, "of shape \(tensor.shape) overflows or ends inside a byte")
    }
    return size
  }

  private static func failure(_ tensor: Tensor, _ problem: String) -> LMError {
    LMError(at: "tensor \(JSON.quoted(tensor.name))", problem, remedy: "rename or reshape the tensor")
  }
}
