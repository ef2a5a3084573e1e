import Glibc
import LMRuntime

/// Files that are text from the first byte to the last.
enum PlainText {
  /// The content of `file` without its byte-order mark, nil where nothing is left.
  /// - Throws: ``LMError`` with the offset of the first byte that is zero or no UTF-8.
  static func document(in file: MappedFile) throws(LMError) -> TextDocument? {
    let start = file.withBytes { markLength($0) }
    guard start < file.count else { return nil }
    try file.withBytes { bytes throws(LMError) in try check(bytes, at: file.path) }
    return TextDocument(file, start..<file.count)
  }

  /// Length of the UTF-8 byte-order mark at the start of `bytes`: 3 or 0.
  static func markLength(_ bytes: UnsafeRawBufferPointer) -> Int {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  private static func check(_ bytes: UnsafeRawBufferPointer, at path: String) throws(LMError) {
    guard let base = bytes.baseAddress else { return }
    if let zero = memchr(base, 0, bytes.count) {
      throw LMError(
        at: "\(path), byte \(UnsafeRawPointer(zero) - base)", "is zero, so the file is no UTF-8 text",
        remedy: "give text files, saved as UTF-8")
    }
    do {
      _ = try UTF8Span(validating: bytes.bindMemory(to: UInt8.self).span)
    } catch {
      throw LMError(
        at: "\(path), byte \(error.byteOffsets.lowerBound)", "begins no UTF-8 character",
        remedy: "save the file as UTF-8, for example with iconv -f latin1 -t utf-8")
    }
  }
}
