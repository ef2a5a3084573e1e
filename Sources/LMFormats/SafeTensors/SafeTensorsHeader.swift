import LMRuntime

/// What stands before the bytes of a safetensors file: 8 bytes of length, then a JSON object.
///
/// Accepted is what the reference implementation accepts (safetensors 0.8), less: a name or key that stands
/// twice, over 100,000 strings of metadata, names over 1,024 bytes, more than 8 dimensions, more than 10^6 tensors, a size beyond 63 bits, and
/// tensors described by arrays. The tensors cover the rest of the file exactly, without holes or overlaps.
public struct SafeTensorsHeader: Sendable {
  /// Most bytes of JSON.
  public static let sizeLimit = 100_000_000
  /// Most strings of metadata.
  public static let metadataLimit = 100_000
  /// Most tensors.
  public static let tensorLimit = 1_000_000

  /// The tensors in the order of their bytes.
  public let entries: [SafeTensorsEntry]
  /// The strings of `__metadata__`, in the order of the file.
  public let metadata: JSONObject
  private let index: KeyIndex

  /// Reads the header at the start of `file`, which holds the whole file; `place` names it in errors.
  /// - Throws: ``LMError`` that names the first broken rule.
  /// - Complexity: O(header + tensors · log tensors); takes less than four times the header's memory.
  public init(_ file: UnsafeRawBufferPointer, from place: String) throws(LMError) {
    let json = try Self.json(of: file, place)
    var described: [SafeTensorsEntry] = []
    var metadata = JSONObject()
    var names = KeyIndex()
    var hasMetadata = false
    let dataStart = 8 + json.count
    var reader = JSONReader(json, from: "\(place) header")
    try reader.readObject { reader, key throws(LMError) in
      if KeyIndex.sameBytes(key, "__metadata__") {
        guard !hasMetadata else { throw reader.repeatedKey(key, before: reader.offset) }
        hasMetadata = true
        metadata = try reader.readMetadata()
        return
      }
      let hash = KeyIndex.hash(key)
      guard names.find(hash: hash, where: { KeyIndex.sameBytes(described[$0].name, key) }) == nil else {
        throw reader.repeatedKey(key, before: reader.offset)
      }
      guard described.count < Self.tensorLimit else {
        throw reader.failure("more than \(Self.tensorLimit) tensors", remedy: "split the file")
      }
      names.insert(hash: hash, position: described.count)
      described.append(try reader.readEntry(key, dataStart: dataStart, fileSize: file.count))
    }
    try reader.finish()
    try self.init(covering: described, metadata, dataStart..<file.count, place)
  }

  /// Puts the entries in the order of their bytes and checks that they cover `data` exactly.
  private init(
    covering described: [SafeTensorsEntry], _ metadata: JSONObject, _ data: Range<Int>, _ place: String
  ) throws(LMError) {
    entries = described.sorted {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    self.metadata = metadata
    var end = data.lowerBound
    var index = KeyIndex()
    for (position, entry) in entries.enumerated() {
      guard entry.byteRange.lowerBound == end else {
        let fault =
          entry.byteRange.lowerBound < end ? "overlaps the tensor before it" : "leaves a hole before it"
        throw LMError(
          at: place, "tensor \(JSON.quoted(entry.name)) \(fault)", remedy: "write or fetch the file again")
      }
      end = entry.byteRange.upperBound
      index.insert(hash: KeyIndex.hash(entry.name), position: position)
    }
    guard end == data.upperBound else {
      throw LMError(
        at: place, "has \(data.upperBound) bytes, its tensors end at \(end)", remedy: "fetch the file again")
    }
    self.index = index
  }

  /// The tensor of this name; names are compared by their bytes.
  /// - Complexity: O(bytes of the name).
  public subscript(name: String) -> SafeTensorsEntry? {
    index.find(hash: KeyIndex.hash(name)) { KeyIndex.sameBytes(entries[$0].name, name) }.map { entries[$0] }
  }

  private static func json(
    of file: UnsafeRawBufferPointer, _ place: String
  ) throws(LMError) -> UnsafeRawBufferPointer {
    let remedy = "fetch the file again; pickle files (.bin, .pt) must be converted to safetensors first"
    if let kind = ForeignFile(file) {
      throw LMError(at: place, "is \(kind.rawValue), no safetensors file", remedy: kind.remedy)
    }
    guard file.count >= 8 else {
      throw LMError(at: place, "has \(file.count) bytes, a safetensors file at least 8", remedy: remedy)
    }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(sizeLimit) else {
      throw LMError(
        at: place, "says its header has \(length) bytes, at most \(sizeLimit) are read", remedy: remedy)
    }
    guard Int(length) <= file.count - 8 else {
      throw LMError(at: place, "ends inside its header of \(length) bytes", remedy: remedy)
    }
    return UnsafeRawBufferPointer(rebasing: file[8..<8 + Int(length)])
  }
}
