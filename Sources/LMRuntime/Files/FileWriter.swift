import Crypto
import Glibc

/// Writes a file from beginning to end through a buffer.
///
/// Made by ``AtomicFile`` and ``CheckpointDirectory``, which open, flush and name the file.
public final class FileWriter {
  /// The path that is written.
  public let path: String
  /// Bytes given so far.
  public private(set) var count = 0

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var digest: SHA256?
  private static let bufferSize = 1 << 20

  /// Opens `path` with `flags`; `hashing` computes the SHA-256 of what is written.
  package init(_ path: String, flags: Int32, hashing: Bool = false) throws(LMError) {
    descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0o666)
    guard descriptor >= 0 else { throw .system(errno, at: path, "create the file") }
    self.path = path
    digest = hashing ? SHA256() : nil
    buffer.reserveCapacity(Self.bufferSize)
    FileOperation.observer?(.createFile(path: path))
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  /// - Throws: ``LMError`` of kind `diskFull` where there is no space, `badData` for other failures.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(LMError) {
    count += bytes.count
    digest?.update(bufferPointer: bytes)
    guard buffer.count + bytes.count > Self.bufferSize else {
      buffer.append(contentsOf: bytes)
      return
    }
    try flushBuffer()
    guard bytes.count < Self.bufferSize else { return try writeThrough(bytes, at: count - bytes.count) }
    buffer.append(contentsOf: bytes)
  }

  /// Appends bytes.
  /// - Throws: as ``write(_:)-(UnsafeRawBufferPointer)``.
  public func write(_ bytes: [UInt8]) throws(LMError) {
    try bytes.withUnsafeBufferPointer { buffer throws(LMError) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  /// Appends the UTF-8 of `text`.
  /// - Throws: as ``write(_:)-(UnsafeRawBufferPointer)``.
  public func write(_ text: String) throws(LMError) { try write(Array(text.utf8)) }

  /// Writes what is buffered and, with `flushing`, waits until it is on the disk.
  /// - Returns: the SHA-256 of the file where the writer computes it, else nil.
  package func finish(flushing: Bool) throws(LMError) -> SHA256Digest? {
    try flushBuffer()
    if flushing {
      guard fsync(descriptor) == 0 else { throw .system(errno, at: path, "flush the file") }
      FileOperation.observer?(.flushFile(path: path))
    }
    return digest.map { SHA256Digest($0.finalize()) }
  }

  private func flushBuffer() throws(LMError) {
    let pending = buffer
    buffer.removeAll(keepingCapacity: true)
    try pending.withUnsafeBufferPointer { bytes throws(LMError) in
      try writeThrough(UnsafeRawBufferPointer(bytes), at: count - bytes.count)
    }
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LMError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .system(written < 0 ? errno : ENOSPC, at: path, "write the file") }
      FileOperation.observer?(
        .write(path: path, offset: offset + done, bytes: Array(rest.prefix(written))))
      done += written
    }
  }
}
