import Glibc
import LMRuntime

/// The texts of a file in pieces of bounded size: what reading a corpus once needs.
///
/// A plain file is one document. It comes in windows that end at safe cuts, so that its words are those of the
/// whole; a stretch of 16 MiB without one (no line breaks and no spaces) ends where a character does. A file
/// whose name ends in `.jsonl` or `.json` comes in windows of whole lines, each an object with the key `"text"`.
package struct TextWindows: ~Copyable {
  /// A part of a window that a thread can work on alone.
  package enum Part {
    /// A range of a text that starts at a byte of the file; the rest of the text is there to look at.
    case text(UnsafeBufferPointer<UInt8>, Range<Int>, offset: Int)
    /// Lines, of which the first has the given number.
    case lines(UnsafeBufferPointer<UInt8>, first: Int)
  }

  private let path: String
  private let isLines: Bool
  private var windows: FileWindows
  private var line = 1

  /// Most bytes of a window of plain text, if it has no safe cut.
  private static let uncutLimit = 16 << 20
  /// Most bytes of a line of JSON; it lies in memory as a whole.
  private static let lineLimit = 1 << 30
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Opens a file.
  /// - Throws: ``LMError`` where it is no readable file.
  package init(_ path: String, windowSize: Int) throws(LMError) {
    self.path = path
    isLines = TextFiles.isJSONLines(path)
    windows = try FileWindows(path, windowSize: windowSize)
  }

  /// The parts of the next window, nil at the end of the file; valid until the next call.
  /// - Parameter splitter: Says where a text may be cut.
  /// - Throws: ``LMError`` where the disk fails or a line has over 1 GiB.
  package mutating func next(_ splitter: any WordSplitter) throws(LMError) -> (parts: [Part], byteCount: Int)?
  {
    try isLines ? nextLines() : nextText(splitter)
  }

  private mutating func nextText(
    _ splitter: any WordSplitter
  ) throws(LMError) -> (parts: [Part], byteCount: Int)? {
    let window = try windows.next(sizeLimit: Self.uncutLimit) { bytes, isFull in
      if let cut = splitter.lastSafeCut(in: bytes) { return cut }
      return isFull ? bytes.count - UTF8Decoding.incompleteSuffixLength(bytes) : nil
    }
    guard let window else { return nil }
    let mark = windows.offset == 0 && window.bytes.starts(with: Self.byteOrderMark) ? 3 : 0
    let text = UnsafeBufferPointer(rebasing: window.bytes[mark...])
    let offset = windows.offset + mark
    let inside = UnsafeBufferPointer(rebasing: window.bytes[mark..<window.size])
    let cuts = splitter.safeCuts(in: inside, every: WordCounts.partSize)
    return (zip(cuts, cuts.dropFirst()).map { .text(text, $0..<$1, offset: offset) }, window.size)
  }

  private mutating func nextLines() throws(LMError) -> (parts: [Part], byteCount: Int)? {
    let read = try windows.next(sizeLimit: Self.lineLimit) { bytes, _ in
      bytes.lastIndex(of: 0x0A).map { $0 + 1 }
    }
    guard let (bytes, size) = read else { return nil }
    guard size < Self.lineLimit else {
      throw LMError(
        at: "\(path), line \(line)", "has more than 1 GiB", remedy: "cut the document into several lines")
    }
    let window = UnsafeBufferPointer(rebasing: bytes[..<size])
    var parts: [Part] = []
    var start = windows.offset == 0 && window.starts(with: Self.byteOrderMark) ? 3 : 0
    while start < window.count {
      let wanted = min(window.count, start + WordCounts.partSize)
      let end = window[(wanted - 1)...].firstIndex(of: 0x0A).map { $0 + 1 } ?? window.count
      let part = UnsafeBufferPointer(rebasing: window[start..<end])
      parts.append(.lines(part, first: line))
      line += part.reduce(0) { $1 == 0x0A ? $0 &+ 1 : $0 }
      start = end
    }
    return (parts, size)
  }
}

/// Text that must be UTF-8 without zero bytes.
enum UTF8Text {
  /// Checks `text`, which begins at byte `offset` of the file at `path`.
  /// - Throws: ``LMError`` with the offset of the first byte that is zero or begins no character.
  static func check(
    _ text: UnsafeBufferPointer<UInt8>, from offset: Int, of path: String
  ) throws(LMError) {
    guard let base = text.baseAddress else { return }
    if let zero = memchr(base, 0, text.count) {
      throw LMError(
        at: "\(path), byte \(offset + (UnsafeRawPointer(zero) - UnsafeRawPointer(base)))",
        "is zero, so the file is no UTF-8 text",
        remedy: "give text files, saved as UTF-8")
    }
    do {
      _ = try UTF8Span(validating: text.span)
    } catch {
      throw LMError(
        at: "\(path), byte \(offset + error.byteOffsets.lowerBound)", "begins no UTF-8 character",
        remedy: "save the file as UTF-8, for example with iconv -f latin1 -t utf-8")
    }
  }
}
