import Crypto
import Glibc

/// The SHA-256 of some bytes (FIPS 180-4).
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]

  init(_ digest: SHA256.Digest) { bytes = Array(digest) }

  /// The digest of bytes in memory.
  /// - Complexity: O(bytes), about 1.7 GB/s where the processor has SHA instructions.
  public init(of data: UnsafeRawBufferPointer) {
    var hash = SHA256()
    hash.update(bufferPointer: data)
    self.init(hash.finalize())
  }

  /// The digest of bytes in memory.
  public init(of data: [UInt8]) { self = data.withUnsafeBytes { Self(of: $0) } }

  /// The digest of the file at `path`, read in pieces of 1 MiB.
  /// - Throws: ``LMError`` where it cannot be read.
  public init(ofFile path: String) throws(LMError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(errno, at: path, "open the file") }
    defer { close(descriptor) }
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno, at: path, "read the file") }
      if count == 0 { break }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    self.init(hash.finalize())
  }

  /// The digest written as 64 lower-case hexadecimal digits, nil for any other text.
  public init?(_ hexadecimal: String) {
    let digits = hexadecimal.utf8.map { byte -> UInt8? in
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x61 + 10
      default: nil
      }
    }
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for position in stride(from: 0, to: 64, by: 2) {
      guard let high = digits[position], let low = digits[position + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
