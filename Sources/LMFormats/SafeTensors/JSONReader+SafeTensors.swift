import LMRuntime

extension JSONReader {
  /// Reads the object of strings under `__metadata__`; `null` counts as none.
  mutating func readMetadata() throws(LMError) -> JSONObject {
    var metadata = JSONObject()
    if skipSpace() == UInt8(ascii: "n") {
      _ = try readValue()
      return metadata
    }
    try readObject { reader, key throws(LMError) in
      let start = reader.offset
      guard metadata.count < SafeTensorsHeader.metadataLimit else {
        throw reader.failure(
          "more than \(SafeTensorsHeader.metadataLimit) strings of metadata", remedy: "write fewer")
      }
      let value = JSON.string(try reader.readString())
      if !metadata.append(key, value) { throw reader.repeatedKey(key, before: start) }
    }
    return metadata
  }

  /// Reads `{"dtype": …, "shape": […], "data_offsets": [begin, end]}` of the tensor `name`.
  mutating func readEntry(
    _ name: String, dataStart: Int, fileSize: Int
  ) throws(LMError) -> SafeTensorsEntry {
    guard name.utf8.count <= SafeTensorsEntry.nameLimit else {
      throw failure(
        "a tensor's name has \(name.utf8.count) bytes, at most \(SafeTensorsEntry.nameLimit) are read",
        remedy: "shorten the name")
    }
    skipSpace()
    let start = offset
    var type: SafeTensorsType?
    var shape: [Int]?
    var offsets: [Int]?
    try readObject { reader, key throws(LMError) in
      let isRepeated =
        switch key {
        case "dtype": type != nil
        case "shape": shape != nil
        case "data_offsets": offsets != nil
        default: false
        }
      guard !isRepeated else { throw reader.repeatedKey(key, before: reader.offset) }
      switch key {
      case "dtype": type = try reader.readType()
      case "shape": shape = try reader.readSizes(atMost: SafeTensorsEntry.dimensionLimit)
      case "data_offsets": offsets = try reader.readSizes(atMost: 2)
      default: try reader.skipValue()
      }
    }
    let tensor = "tensor \(JSON.quoted(name))"
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw failure(
        at: start, "\(tensor) lacks \"dtype\", \"shape\" or two \"data_offsets\"",
        remedy: "write the file again")
    }
    guard let size = type.byteCount(of: shape) else {
      throw failure(
        at: start, "the size of \(tensor) of shape \(shape) overflows or ends inside a byte",
        remedy: "write the file again")
    }
    guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == size else {
      throw failure(
        at: start, "\(tensor) takes bytes \(offsets[0]) to \(offsets[1]), its type and shape need \(size)",
        remedy: "write the file again")
    }
    guard offsets[1] <= fileSize - dataStart else {
      throw failure(
        at: start, "\(tensor) ends at byte \(offsets[1]) of \(fileSize - dataStart)",
        remedy: "fetch the file again")
    }
    return SafeTensorsEntry(
      name: name, type: type, shape: shape, byteRange: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private mutating func readType() throws(LMError) -> SafeTensorsType {
    skipSpace()
    let start = offset
    let name = try readString()
    guard let type = SafeTensorsType(rawValue: name) else {
      throw failure(
        at: start, "the type \(JSON.quoted(name)) is unknown",
        remedy: "convert the tensor to F32, F16 or BF16")
    }
    return type
  }

  private mutating func readSizes(atMost limit: Int) throws(LMError) -> [Int] {
    var sizes: [Int] = []
    try readArray { reader throws(LMError) in
      guard sizes.count < limit else {
        throw reader.failure("more than \(limit) numbers in this array", remedy: "write the file again")
      }
      // The reference refuses "-0" too.
      guard reader.skipSpace() != UInt8(ascii: "-") else { throw reader.unexpected("a size") }
      sizes.append(try reader.readInteger())
    }
    return sizes
  }
}
