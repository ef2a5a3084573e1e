import LMRuntime

/// Writes numpy's `.npy` files (version 1.0).
public enum NPYFile {
  /// Replaces the file at `path` by an array of 32-bit floats.
  /// - Parameters:
  ///   - shape: Sizes in row-major order, for example `[T, V]`; empty for a scalar.
  ///   - values: As many values as the shape holds.
  /// - Throws: ``LMError`` where the disk refuses.
  /// - Complexity: O(values).
  public static func write(
    _ values: UnsafeBufferPointer<Float>, shape: [Int], to path: String
  ) throws(LMError) {
    precondition(
      values.count == shape.reduce(1, *), "NPYFile: \(values.count) values for shape \(shape)")
    try AtomicFile.write(path) { writer throws(LMError) in
      try writer.write(header(shape))
      try writer.write(UnsafeRawBufferPointer(values))
    }
  }

  /// Replaces the file at `path` by an array of 32-bit floats, as ``write(_:shape:to:)``.
  public static func write(_ values: [Float], shape: [Int], to path: String) throws(LMError) {
    try values.withUnsafeBufferPointer { values throws(LMError) in
      try write(values, shape: shape, to: path)
    }
  }

  /// Replaces the file at `path` by an array of `shape` whose values `body` writes in order, as little-endian 32-bit
  /// floats: for arrays that are not in memory.
  /// - Throws: ``LMError`` where the disk refuses, or what `body` throws.
  public static func write(
    shape: [Int], to path: String, _ body: (FileWriter) throws(LMError) -> Void
  ) throws(LMError) {
    try AtomicFile.write(path) { writer throws(LMError) in
      let header = header(shape)
      try writer.write(header)
      try body(writer)
      precondition(
        writer.count == header.count + 4 * shape.reduce(1, *),
        "NPYFile: \(writer.count) bytes for shape \(shape)")
    }
  }

  /// Magic, version, length and a Python dictionary, padded so that the values start at a multiple of 64.
  private static func header(_ shape: [Int]) -> [UInt8] {
    // A tuple of one element needs its comma in Python.
    let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
    let prefix = 10
    let padding = -(prefix + text.utf8.count + 1) & 63
    let length = text.utf8.count + padding + 1
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }
}
