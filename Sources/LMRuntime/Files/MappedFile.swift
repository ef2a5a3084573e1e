import Glibc

/// A file's bytes in memory, read from the disk only where they are touched.
///
/// The mapping is read-only and private. Another process that shortens the file while it is mapped makes
/// the kernel end this process (SIGBUS) on the next touch of the missing part, with a message where
/// ``MappedFileFault`` is installed; files that `lm` writes are replaced by renaming and never shortened.
public final class MappedFile: @unchecked Sendable {
  /// The path it was opened with.
  public let path: String
  /// The file's bytes; valid only while this object lives.
  public let bytes: UnsafeRawBufferPointer
  private let modified: timespec

  /// Size in bytes.
  public var count: Int { bytes.count }

  /// Maps the regular file at `path`, which may be empty.
  /// - Throws: ``LMError`` where it is missing, unreadable, a directory, a pipe or a device.
  /// - Complexity: O(1).
  public init(_ path: String) throws(LMError) {
    // A pipe without a writer would block here for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(errno, at: path, "open the file") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(errno, at: path, "read the size") }
    guard FileSystem.kind(status) == .file else {
      let found = FileSystem.kind(status) == .directory ? "a directory" : "a pipe, device or socket"
      throw LMError(at: path, "is \(found), expected a file", remedy: "give the path of a file")
    }
    self.path = path
    modified = status.st_mtim
    guard status.st_size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw .system(errno, at: path, "map the file") }
    bytes = UnsafeRawBufferPointer(start: base, count: status.st_size)
    MappedFileFault.watch(bytes, of: path)
  }

  deinit {
    guard let base = bytes.baseAddress else { return }
    MappedFileFault.forget(bytes)
    munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
  }

  /// Calls `body` with the bytes, which must not leave it.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Checks that the file at the path still has the size and the time of change it was mapped with.
  /// - Throws: ``LMError`` where it was changed or removed.
  public func checkUnchanged() throws(LMError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(errno, at: path, "read the size") }
    let sameTime = status.st_mtim.tv_sec == modified.tv_sec && status.st_mtim.tv_nsec == modified.tv_nsec
    guard status.st_size == count, sameTime else {
      throw LMError(at: path, "was changed while it was in use", remedy: "load it again")
    }
  }
}
