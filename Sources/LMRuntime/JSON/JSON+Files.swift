extension JSON {
  /// Reads the JSON file at `path`.
  /// - Throws: ``LMError`` where it cannot be read or is no strict JSON, with the byte offset.
  public static func read(_ path: String) throws(LMError) -> JSON {
    try MappedFile(path).withBytes { bytes throws(LMError) in try parse(bytes, from: path) }
  }

  /// Replaces the file at `path` by this value and a final line break.
  /// - Throws: ``LMError`` where it cannot be written; the old file is untouched then.
  public func write(to path: String, _ layout: Layout = .pretty) throws(LMError) {
    let bytes = serialized(layout) + [0x0A]
    try AtomicFile.write(path) { writer throws(LMError) in try writer.write(bytes) }
  }
}
