import LMRuntime

/// One text in UTF-8: part of a mapped file, or bytes of its own where the file writes it with escapes.
public struct TextDocument: Sendable {
  private enum Storage: Sendable {
    case mapped(MappedFile, Range<Int>)
    case bytes(ArraySlice<UInt8>)
  }

  private let storage: Storage

  /// A text of its own.
  public init(_ text: String) { storage = .bytes(Array(text.utf8)[...]) }

  /// Bytes of `file`, which are valid UTF-8.
  init(_ file: MappedFile, _ range: Range<Int>) { storage = .mapped(file, range) }

  private init(_ bytes: ArraySlice<UInt8>) { storage = .bytes(bytes) }

  /// Length in bytes.
  public var byteCount: Int {
    switch storage {
    case .mapped(_, let range): range.count
    case .bytes(let bytes): bytes.count
    }
  }

  /// Calls `body` with the text, which must not leave it.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch storage {
    case .mapped(let file, let range):
      try file.withBytes { bytes throws(Failure) in
        try body(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[range]))
      }
    case .bytes(let bytes): try bytes.withUnsafeBufferPointer(body)
    }
  }

  /// The text before byte `offset` and the text from there on.
  func split(at offset: Int) -> (TextDocument, TextDocument) {
    switch storage {
    case .mapped(let file, let range):
      let cut = range.lowerBound + offset
      return (TextDocument(file, range.lowerBound..<cut), TextDocument(file, cut..<range.upperBound))
    case .bytes(let bytes): return (TextDocument(bytes.prefix(offset)), TextDocument(bytes.dropFirst(offset)))
    }
  }

  /// The last start of a character at or before byte `offset`.
  func characterStart(before offset: Int) -> Int {
    withBytes { bytes in
      var start = offset
      while start > 0, start < bytes.count, bytes[start] & 0xC0 == 0x80 { start -= 1 }
      return start
    }
  }
}
