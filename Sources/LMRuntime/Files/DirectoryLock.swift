import Glibc

/// The right to write into a directory, held by one process at a time until the object goes away.
///
/// The kernel gives the lock back when the process ends in any way, so nothing has to be cleaned up. The
/// lock file stays: removing it would let two processes hold locks on two files of one name.
public final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of `directory`, which must exist, without waiting.
  /// - Throws: ``LMError`` "locked by process PID" where another holder has it.
  public init(_ directory: String) throws(LMError) {
    let path = "\(directory)/.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw .system(errno, at: path, "open the lock file") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      let holder = Self.holder(descriptor)
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .system(code, at: path, "lock") }
      throw LMError(
        at: directory, "locked by \(holder)", remedy: "wait for it to end, or use another directory")
    }
    ftruncate(descriptor, 0)
    let text = Array("\(getpid())\n".utf8)
    pwrite(descriptor, text, text.count, 0)
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
  }
}
