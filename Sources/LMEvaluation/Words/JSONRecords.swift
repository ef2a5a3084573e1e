import Glibc
import LMRuntime

/// The objects of a file with one JSON object on each line.
public enum JSONRecords {
  /// The objects in order, each knowing its line; lines of white space are passed over.
  /// - Throws: ``LMError`` with the number of the first line that is no JSON object, or where there are none.
  /// - Complexity: O(bytes).
  public static func read(_ path: String) throws(LMError) -> [JSONField] {
    try MappedFile(path).withBytes { bytes throws(LMError) in try parse(bytes, from: path) }
  }

  /// The same of bytes that errors call `path`.
  static func parse(_ bytes: UnsafeRawBufferPointer, from path: String) throws(LMError) -> [JSONField] {
    var records: [JSONField] = []
    var (start, number) = (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0, 1)
    while start < bytes.count, let base = bytes.baseAddress {
      let end =
        memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base } ?? bytes.count
      let place = "\(path), line \(number)"
      var reader = JSONReader(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), from: place)
      if reader.skipSpace() != 0 || start + reader.offset < end {
        let value = try reader.readValue()
        try reader.finish()
        guard case .object = value else {
          throw LMError(at: place, "is no JSON object", remedy: "write one object on every line")
        }
        records.append(JSONField(value, in: place))
      }
      start = end + 1
      number += 1
    }
    guard !records.isEmpty else {
      throw LMError(at: path, "is empty", remedy: "give one JSON object on each line")
    }
    return records
  }
}
