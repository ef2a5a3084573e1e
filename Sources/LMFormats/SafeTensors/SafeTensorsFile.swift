import LMRuntime

/// A safetensors file, mapped into memory: opening it reads the header only, and no tensor is copied.
public struct SafeTensorsFile: Sendable {
  /// The tensors and the metadata.
  public let header: SafeTensorsHeader
  /// The mapping that the tensors' bytes belong to.
  public let file: MappedFile

  /// The tensors in the order of their bytes.
  public var entries: [SafeTensorsEntry] { header.entries }

  /// Opens and checks the file at `path`.
  /// - Throws: ``LMError`` where it cannot be read or breaks a rule of ``SafeTensorsHeader``.
  /// - Complexity: O(header).
  public init(_ path: String) throws(LMError) {
    let file = try MappedFile(path)
    header = try file.withBytes { bytes throws(LMError) in try SafeTensorsHeader(bytes, from: path) }
    self.file = file
  }

  /// The tensor of this name.
  /// - Throws: ``LMError`` where the file has none.
  public func entry(_ name: String) throws(LMError) -> SafeTensorsEntry {
    guard let entry = header[name] else {
      throw LMError(
        at: file.path, "has no tensor \(JSON.quoted(name))", remedy: "use weights that fit the configuration")
    }
    return entry
  }

  /// Calls `body` with the bytes of one of this file's tensors, which must not leave it.
  public func withBytes<Result, Failure: Error>(
    of entry: SafeTensorsEntry, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes { bytes throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[entry.byteRange]))
    }
  }
}
