import Glibc
import LMRuntime

/// Reads stdin line by line, and notices a signal while it waits.
struct LineReader {
  /// What came.
  enum Event {
    /// A line without its end.
    case line(String)
    /// Nothing more.
    case end
    /// Ctrl-C or SIGTERM came first.
    case stopped
  }

  private static let longest = 1 << 24
  private var bytes: [UInt8] = []
  private var isAtEnd = false

  /// The next line.
  /// - Throws: ``LMError`` where stdin cannot be read, or a line is not UTF-8 or longer than 16 MiB.
  mutating func next() throws(LMError) -> Event {
    while true {
      if let end = bytes.firstIndex(of: 0x0A) {
        let line = Array(bytes[..<end])
        bytes.removeFirst(end + 1)
        return .line(try text(line))
      }
      if isAtEnd {
        guard !bytes.isEmpty else { return .end }
        defer { bytes = [] }
        return .line(try text(bytes))
      }
      guard bytes.count <= Self.longest else {
        throw LMError(at: "stdin", "has a line of more than 16 MiB", remedy: "give shorter messages")
      }
      guard try fill() else { return .stopped }
    }
  }

  /// Waits for more; false where a signal came. `poll` ends at a signal, where `read` would begin again.
  private mutating func fill() throws(LMError) -> Bool {
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    if StopRequest.isRaised { return false }
    guard poll(&descriptor, 1, -1) >= 0 else {
      if errno == EINTR { return !StopRequest.isRaised }
      throw LMError.system(errno, at: "stdin", "wait for a line")
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = chunk.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw LMError.system(errno, at: "stdin", "read a line") }
    if count == 0 { isAtEnd = true }
    bytes += chunk[..<count]
    return true
  }

  private func text(_ line: [UInt8]) throws(LMError) -> String {
    guard let text = String(validating: line.last == 0x0D ? line.dropLast() : line[...], as: UTF8.self) else {
      throw LMError(at: "stdin", "is not UTF-8", remedy: "convert the text to UTF-8")
    }
    return text
  }
}
