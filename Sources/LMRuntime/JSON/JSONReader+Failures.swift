extension JSONReader {
  /// An error at `offset` (the reader's own where nil).
  public func failure(at offset: Int? = nil, _ problem: String, remedy: String) -> LMError {
    LMError(at: "\(place), byte \(offset ?? self.offset)", problem, remedy: remedy)
  }

  /// An error that says what stands at the reader's offset where `expected` should stand.
  public func unexpected(_ expected: String) -> LMError {
    guard offset < bytes.count else {
      return failure(
        "the document ends where \(expected) should stand", remedy: "fetch or write the file again")
    }
    let byte = bytes[offset]
    if offset == 0, byte == 0xEF || byte == 0xFE || byte == 0xFF {
      return failure(
        "the document starts with a byte-order mark", remedy: "save it as UTF-8 without a mark")
    }
    let found =
      (0x21..<0x7F).contains(byte)
      ? "\"\(Character(Unicode.Scalar(byte)))\"" : "the byte 0x" + String(byte, radix: 16)
    return failure("\(found) stands where \(expected) should stand", remedy: "correct the JSON there")
  }

  /// The error for a key that stands twice in one object, found before its value at `start`.
  public func repeatedKey(_ key: String, before start: Int) -> LMError {
    failure(
      at: start, "the key \(JSON.quoted(key)) stands twice in one object", remedy: "remove one of the two")
  }
}
