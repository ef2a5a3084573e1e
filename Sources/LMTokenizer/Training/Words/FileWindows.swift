import Glibc
import LMRuntime

/// A file read window by window: memory is that of one window, whatever the size of the file.
///
/// Unlike a mapped file, pages that were read do not count as memory of this process.
struct FileWindows: ~Copyable {
  /// Bytes of a window that gives each of `threads` threads something to do, unless it cannot be cut.
  static func windowSize(_ threads: ThreadPool) -> Int { threads.threadCount * 512 << 10 }

  private let path: String
  private let descriptor: Int32
  private var memory: UnsafeMutableBufferPointer<UInt8>
  private var filled = 0
  private var used = 0
  private var isAtEnd = false
  /// Offset in the file of the window's first byte.
  private(set) var offset = 0

  /// Opens a regular file.
  /// - Throws: ``LMError`` where it is missing, unreadable, a directory, a pipe or a device.
  init(_ path: String, windowSize: Int) throws(LMError) {
    // A pipe without a writer would block here for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(errno, at: path, "open the file") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      close(descriptor)
      throw LMError(
        at: path, "is \(isDirectory ? "a directory" : "a pipe, device or socket"), expected a file",
        remedy: "give the path of a file")
    }
    self.path = path
    self.descriptor = descriptor
    memory = .allocate(capacity: max(1, min(windowSize, Int(status.st_size) + 1)))
  }

  deinit {
    close(descriptor)
    memory.deallocate()
  }

  /// What was read, and how many bytes at its start are the next window; what follows them is there to look at, and
  /// comes again. Nil at the end of the file; valid until the next call.
  /// - Parameters:
  ///   - sizeLimit: Most bytes of a window.
  ///   - end: Where in the bytes that were read the window may end, nil where it needs more of them; `isFull`
  ///     where it cannot have more, and nil means all. Not asked at the end of the file.
  mutating func next(
    sizeLimit: Int, end: (_ bytes: UnsafeBufferPointer<UInt8>, _ isFull: Bool) -> Int?
  ) throws(LMError) -> (bytes: UnsafeBufferPointer<UInt8>, size: Int)? {
    offset += used
    moveRest()
    while true {
      try fill()
      guard filled > 0 else { return nil }
      let bytes = UnsafeBufferPointer(start: UnsafePointer(memory.baseAddress), count: filled)
      if isAtEnd {
        used = filled
      } else if let end = end(bytes, filled >= sizeLimit), end > 0 {
        used = end
      } else if filled < sizeLimit {
        grow(to: min(sizeLimit, 2 * filled))
        continue
      } else {
        used = filled
      }
      return (bytes, used)
    }
  }

  private mutating func moveRest() {
    guard used > 0, let base = memory.baseAddress else { return }
    memmove(base, base + used, filled - used)
    filled -= used
    used = 0
  }

  private mutating func grow(to size: Int) {
    let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
    if let from = memory.baseAddress, let to = larger.baseAddress { memcpy(to, from, filled) }
    memory.deallocate()
    memory = larger
  }

  private mutating func fill() throws(LMError) {
    while !isAtEnd, filled < memory.count, let base = memory.baseAddress {
      let count = read(descriptor, base + filled, memory.count - filled)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno, at: path, "read the file") }
      filled += count
      isAtEnd = count == 0
    }
  }
}
