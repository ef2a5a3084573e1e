import Glibc
import Synchronization

/// What happens when another process shortens a file while it is mapped: the kernel answers the next touch of the
/// missing part with SIGBUS. A program that calls ``install()`` then ends with one line that names the file and with
/// the exit code of bad data.
public enum MappedFileFault {
  private struct Mapping {
    var start: UInt = 0
    var end: UInt = 0
    var message: UnsafePointer<UInt8>?
    var length = 0
  }

  /// The handler may neither allocate nor lock: mappings are in memory of a fixed size, and more are not watched.
  private static let capacity = 1024
  nonisolated(unsafe) private static let mappings: UnsafeMutablePointer<Mapping> = {
    let memory = UnsafeMutablePointer<Mapping>.allocate(capacity: capacity)
    memory.initialize(repeating: Mapping(), count: capacity)
    return memory
  }()
  private static let lock = Mutex(())

  /// Begins to listen. Call it once at the start of a program; libraries leave signals alone.
  public static func install() {
    // A global is initialised at its first use, which must not happen in the handler.
    _ = mappings
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = { number, info, _ in MappedFileFault.handle(number, info) }
    action.sa_flags = SA_SIGINFO
    sigaction(SIGBUS, &action, nil)
  }

  /// Watches the bytes of a file from now on.
  static func watch(_ bytes: UnsafeRawBufferPointer, of path: String) {
    let start = UInt(bitPattern: bytes.baseAddress)
    let text = Array("lm: \(path): was shortened while it was in use; load it again\n".utf8)
    let message = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count)
    message.initialize(from: text, count: text.count)
    let isWatched = lock.withLock { _ in
      guard let free = (0..<capacity).first(where: { mappings[$0].message == nil }) else { return false }
      mappings[free] = Mapping(
        start: start, end: start + UInt(bytes.count), message: UnsafePointer(message), length: text.count)
      return true
    }
    if !isWatched { message.deallocate() }
  }

  /// Watches them no longer.
  static func forget(_ bytes: UnsafeRawBufferPointer) {
    let start = UInt(bitPattern: bytes.baseAddress)
    lock.withLock { _ in
      guard
        let index = (0..<capacity).first(where: { mappings[$0].message != nil && mappings[$0].start == start }
        )
      else { return }
      let message = mappings[index].message
      mappings[index] = Mapping()
      message?.deallocate()
    }
  }

  /// Runs in the signal handler: reads memory, writes to stderr and calls `_exit`, all safe there.
  private static func handle(_ number: Int32, _ info: UnsafeMutablePointer<siginfo_t>?) {
    let address = UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr)
    for index in 0..<capacity {
      let mapping = mappings[index]
      // The last page of a mapping reaches beyond the file's end.
      guard let message = mapping.message, mapping.start <= address, address < mapping.end + 4096 else {
        continue
      }
      _ = write(STDERR_FILENO, message, mapping.length)
      _exit(LMError.Kind.badData.rawValue)
    }
    // Not ours: the instruction runs again and ends the process as it would have.
    var standard = sigaction()
    standard.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(number, &standard, nil)
  }
}
