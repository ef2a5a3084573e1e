import Glibc
import LMRuntime

/// The file `metrics.jsonl` of a run: one ``MetricsRecord`` per line, only ever added to.
///
/// Each line is one `write(2)` in append mode, so a run that is killed leaves whole lines and at most one
/// torn line at the end. That one is passed over in reading, and taken away by ``resume(atStep:)``.
public struct MetricsLog: Sendable {
  /// Path of the file, which need not exist.
  public let path: String

  /// The log at `path`; nothing is opened.
  public init(_ path: String) { self.path = path }

  /// Adds one line.
  /// - Throws: ``LMError`` where it cannot be written; a part that was written is taken back.
  /// - Complexity: O(1), some microseconds.
  public func append(_ record: MetricsRecord) throws(LMError) {
    let writer = try FileWriter(path, flags: O_CREAT | O_APPEND)
    let end = try FileSystem.size(of: path)
    do {
      try writer.write(record.json.serialized() + [Self.lineBreak])
      _ = try writer.finish(flushing: false)
    } catch {
      truncate(path, end)
      throw error
    }
  }

  /// Prepares the file for a run that goes on after `step` steps: later records and a torn last line are
  /// dropped. The file is replaced as a whole, and only where there is something to drop.
  /// - Throws: ``LMError`` where a line is bad or the file cannot be written; it is untouched then.
  /// - Complexity: O(bytes of the file).
  public func resume(atStep step: Int) throws(LMError) {
    guard FileSystem.kind(of: path) != nil else { return }
    var kept: [UInt8] = []
    let file = try MappedFile(path)
    try forEachLine(of: file) { line, record throws(LMError) in
      if record.step <= step { kept += line + [Self.lineBreak] }
    }
    guard kept.count != file.count else { return }
    try AtomicFile.write(path) { writer throws(LMError) in try writer.write(kept) }
  }

  /// All records in the order of the file; none where there is no file.
  /// - Throws: ``LMError`` with the number of the first bad line, unless it is a torn last one.
  /// - Complexity: O(bytes of the file).
  public func records() throws(LMError) -> [MetricsRecord] {
    guard FileSystem.kind(of: path) != nil else { return [] }
    var records: [MetricsRecord] = []
    try forEachLine(of: MappedFile(path)) { _, record throws(LMError) in records.append(record) }
    return records
  }

  private static let lineBreak = UInt8(ascii: "\n")

  private func forEachLine(
    of file: MappedFile, _ body: (Slice<UnsafeRawBufferPointer>, MetricsRecord) throws(LMError) -> Void
  ) throws(LMError) {
    try file.withBytes { bytes throws(LMError) in
      var start = 0
      var number = 1
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: Self.lineBreak)
        let line = bytes[start..<(end ?? bytes.count)]
        do throws(LMError) {
          try body(line, Self.record(line, at: "\(path), line \(number)"))
        } catch {
          // Without its line break, the last line was being written when the run was killed.
          if end != nil { throw error }
        }
        start = (end ?? bytes.count) + 1
        number += 1
      }
    }
  }

  private static func record(
    _ line: Slice<UnsafeRawBufferPointer>, at place: String
  ) throws(LMError) -> MetricsRecord {
    do throws(LMError) {
      return try MetricsRecord(
        JSONField(JSON.parse(UnsafeRawBufferPointer(rebasing: line), from: place), in: place))
    } catch {
      throw LMError(at: error.place, error.problem, remedy: "remove the line, or move the file away")
    }
  }
}
