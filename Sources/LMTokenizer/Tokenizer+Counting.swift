import LMRuntime

extension Tokenizer {
  /// How many ids a text has, nil where they are more than `limit`. No list of ids is made, and what lies behind
  /// the limit is not encoded.
  ///
  /// - Parameters:
  ///   - text: Any string below 2 GiB.
  ///   - limit: At least 0.
  ///   - specials: What becomes of special tokens that stand in the text.
  ///   - addSpecialTokens: Whether the ids of ``template`` count too.
  /// - Throws: ``LMError`` where a special token is refused, or the text has 2 GiB or more.
  public func count(
    of text: String, limit: Int = .max, specials: SpecialTokenPolicy = .asText, addSpecialTokens: Bool = true
  ) throws(LMError) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count < Int32.max else {
      throw LMError(
        .usage, at: "the text", "has \(bytes.count) bytes, more than 2 GiB", remedy: "encode it in parts")
    }
    var counter = TokenCounter(limit: limit)
    counter.add(addSpecialTokens ? template.prefix.count + template.suffix.count : 0)
    try bytes.withUnsafeBufferPointer { buffer throws(LMError) in
      try forEachSegment(of: TextCursor(buffer), specials) { segment in
        if counter.isOver { return }
        switch segment {
        case .token: counter.add(1)
        case .text(let text, let startsText): count(text, startsText, &counter)
        }
      }
    }
    return counter.isOver ? nil : counter.total
  }

  private func count(_ text: TextCursor, _ startsText: Bool, _ counter: inout TokenCounter) {
    guard let bytePath, let bytePool else { return countPieces(text, startsText, &counter) }
    if bytePath.addsPrefixSpace, text.bytes[0] != 0x20 {
      let spaced = [0x20] + text.buffer
      return spaced.withUnsafeBufferPointer { countBytes(TextCursor($0), bytePool, &counter) }
    }
    countBytes(text, bytePool, &counter)
  }

  private func countBytes(_ text: TextCursor, _ pool: EncoderPool, _ counter: inout TokenCounter) {
    pool.withEncoder { encoder in
      var start = 0
      while start < text.count, !counter.isOver {
        let end = pattern == nil ? text.count : text.safeCut(atOrAfter: start + Self.countedPartSize)
        encoder.encode(text, start..<end, pattern: pattern, into: &counter.ids)
        counter.flush()
        start = end
      }
    }
  }

  private static let countedPartSize = 16 << 10

  private func countPieces(_ text: TextCursor, _ startsText: Bool, _ counter: inout TokenCounter) {
    let piece = TextPiece(text: text, origins: nil, startsText: startsText)
    if let bytePool {
      return bytePool.withEncoder { encoder in
        cutter.forEachPiece(of: piece) {
          if counter.isOver { return }
          encoder.encode($0.text, 0..<$0.text.count, pattern: nil, into: &counter.ids)
          counter.flush()
        }
      }
    }
    piecePool.withEncoder { encoder in
      cutter.forEachPiece(of: piece) {
        if counter.isOver { return }
        encoder.encode($0.text, into: &counter.ids)
        counter.flush()
      }
    }
  }
}

/// Counts ids that come in parts.
private struct TokenCounter: ~Copyable {
  private let limit: Int
  private(set) var total = 0
  /// The ids of the present part.
  var ids = TokenBuffer(reserving: 1 << 12)

  init(limit: Int) { self.limit = limit }

  var isOver: Bool { total > limit }

  mutating func add(_ count: Int) { total += count }

  /// Counts the present part and forgets it.
  mutating func flush() {
    total += ids.count
    ids.count = 0
  }
}
