import LMRuntime

/// Decodes ids one at a time into text that can be shown at once: only complete characters come out.
///
/// Holds at most the 3 bytes of an unfinished UTF-8 sequence. What can no longer become one comes out as
/// U+FFFD at once, so nothing is held for ever. All pieces together are what decoding all ids at once gives.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecialTokens: Bool
  private var pending: [UInt8] = []
  private var position = 0

  /// A decoder of `tokenizer`'s ids.
  public init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    self.skipSpecialTokens = skipSpecialTokens
  }

  /// The text that `id` completes; empty while a character is unfinished.
  /// - Throws: ``LMError`` where no token has the id; the decoder goes on as if it had not been given.
  public mutating func append(_ id: Int32) throws(LMError) -> String {
    guard let bytes = tokenizer.bytes(of: id) else { throw tokenizer.unknown(id, position) }
    position += 1
    if skipSpecialTokens, tokenizer.isSpecial(id) { return "" }
    pending.append(contentsOf: bytes)
    let held = UTF8Decoding.incompleteSuffixLength(pending)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  /// The bytes that are still held, as U+FFFD where there are any. The decoder is then as new.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    position = 0
    return String(decoding: pending, as: UTF8.self)
  }
}
