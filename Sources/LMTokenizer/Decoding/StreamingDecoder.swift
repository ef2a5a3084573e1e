import LMRuntime

/// Decodes ids one at a time into text that can be shown at once: only complete characters come out.
///
/// Holds at most 3 bytes: an unfinished UTF-8 sequence, a space that what follows may remove. What can no longer
/// become a character comes out as U+FFFD at once, so nothing is held for ever. For byte-level tokenizers all
/// pieces together are what decoding all ids at once gives. Others may differ in malformed runs of byte tokens:
/// decoding a whole makes every byte of such a run U+FFFD, a stream only what is malformed.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecialTokens: Bool
  /// nil where tokens are bytes.
  private var chain: DecoderChain?
  private var pending: [UInt8] = []
  private var position = 0

  /// A decoder of `tokenizer`'s ids.
  public init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    self.skipSpecialTokens = skipSpecialTokens
    chain = Self.newChain(tokenizer)
  }

  private static func newChain(_ tokenizer: Tokenizer) -> DecoderChain? {
    tokenizer.isPlainByteLevel ? nil : DecoderChain(tokenizer.decoder, isStream: true)
  }

  /// The text that `id` completes; empty while a character is unfinished.
  /// - Throws: ``LMError`` where no token has the id; the decoder goes on as if it had not been given.
  public mutating func append(_ id: Int32) throws(LMError) -> String {
    guard let bytes = tokenizer.storedBytes(id) else { throw tokenizer.unknown(id, position) }
    position += 1
    if skipSpecialTokens, tokenizer.isSpecial(id) { return "" }
    if chain == nil {
      pending += tokenizer.normalizedContents[id] ?? Array(bytes)
    } else {
      chain?.append(tokenizer.decoderInput(id) ?? [])
      pending += chain?.takeOutput() ?? []
    }
    if tokenizer.cleansUpSpaces { pending = Decoder.cleanedText(pending) }
    let held = max(
      UTF8Decoding.incompleteSuffixLength(pending), tokenizer.cleansUpSpaces ? Self.heldSpace(pending) : 0)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  /// What was still held, with U+FFFD for unfinished characters. The decoder is then as new.
  public mutating func finish() -> String {
    chain?.finish()
    pending += chain?.takeOutput() ?? []
    if tokenizer.cleansUpSpaces { pending = Decoder.cleanedText(pending) }
    defer {
      pending.removeAll()
      chain = Self.newChain(tokenizer)
    }
    position = 0
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end may begin a space that cleaning removes, as in " n" before "'t".
  private static func heldSpace(_ bytes: [UInt8]) -> Int {
    let starts = [" ", " '", " n", " n'", " 'v", " 'r"]
    return starts.filter { bytes.suffix($0.utf8.count).elementsEqual($0.utf8) }.map(\.utf8.count).max() ?? 0
  }
}
