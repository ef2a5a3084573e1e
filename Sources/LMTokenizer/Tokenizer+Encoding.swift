import LMRuntime

extension Tokenizer {
  /// The ids of `text`.
  ///
  /// - Parameters:
  ///   - text: Any string.
  ///   - specials: What becomes of special tokens that stand in the text.
  ///   - addSpecialTokens: Whether ``template`` puts its special tokens around the ids.
  /// - Throws: ``LMError`` where a special token is refused, or the text has 2 GiB or more.
  /// - Complexity: O(bytes), O(n log n) in the length n of the longest pre-token.
  public func encode(
    _ text: String, specials: SpecialTokenPolicy = .asText, addSpecialTokens: Bool = true
  ) throws(LMError) -> [Int32] {
    var text = text
    let result = text.withUTF8 { bytes in
      Result { () throws(LMError) in
        try encode(bytes: bytes, specials: specials, addSpecialTokens: addSpecialTokens)
      }
    }
    return try result.get()
  }

  /// The ids of a text given as bytes, which need not be valid UTF-8: decoding gives the same bytes back.
  ///
  /// - Parameters:
  ///   - bytes: The text; read only during the call.
  ///   - specials: What becomes of special tokens that stand in the text.
  ///   - addSpecialTokens: Whether ``template`` puts its special tokens around the ids.
  ///   - threads: The pool that shares the work of a big text; nil keeps to the calling thread. The ids do
  ///     not depend on it.
  /// - Throws: ``LMError`` where a special token is refused, or the text has 2 GiB or more.
  public func encode(
    bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy = .asText,
    addSpecialTokens: Bool = true, threads: ThreadPool? = nil
  ) throws(LMError) -> [Int32] {
    guard bytes.count < Int32.max else {
      throw LMError(
        .usage, at: "the text", "has \(bytes.count) bytes, more than 2 GiB", remedy: "encode it in parts")
    }
    return try TokenBuffer.array(estimate: bytes.count / 3) { output throws(LMError) in
      if addSpecialTokens { output.append(contentsOf: template.prefix) }
      try encodeSegments(TextCursor(bytes), specials, threads, into: &output)
      if addSpecialTokens { output.append(contentsOf: template.suffix) }
    }
  }

  /// The ids of a text given as an array of bytes; see ``encode(bytes:specials:addSpecialTokens:threads:)``.
  public func encode(
    bytes: [UInt8], specials: SpecialTokenPolicy = .asText, addSpecialTokens: Bool = true,
    threads: ThreadPool? = nil
  ) throws(LMError) -> [Int32] {
    try bytes.withUnsafeBufferPointer { buffer throws(LMError) in
      try encode(bytes: buffer, specials: specials, addSpecialTokens: addSpecialTokens, threads: threads)
    }
  }

  private func encodeSegments(
    _ text: TextCursor, _ specials: SpecialTokenPolicy, _ threads: ThreadPool?,
    into output: inout TokenBuffer
  ) throws(LMError) {
    try forEachSegment(of: text, specials) { segment in
      switch segment {
      case .token(let id): output.append(id)
      case .text(let text, let startsText): encodeText(text, startsText, threads, &output)
      }
    }
  }

  /// What a text consists of.
  enum Segment {
    /// An added token.
    case token(Int32)
    /// Normalized text between added tokens, not empty.
    case text(TextCursor, startsText: Bool)
  }

  /// Cuts at added tokens that are looked for in the original text, normalizes what is between them, and cuts that
  /// at the remaining added tokens.
  func forEachSegment(
    of text: TextCursor, _ specials: SpecialTokenPolicy, _ body: (Segment) -> Void
  ) throws(LMError) {
    var start = 0
    for match in try matches(rawMatcher, text, specials) {
      try forEachNormalizedSegment(of: text, start..<match.range.lowerBound, specials, body)
      body(.token(match.token.id))
      start = match.range.upperBound
    }
    try forEachNormalizedSegment(of: text, start..<text.count, specials, body)
  }

  private func forEachNormalizedSegment(
    of whole: TextCursor, _ range: Range<Int>, _ specials: SpecialTokenPolicy, _ body: (Segment) -> Void
  ) throws(LMError) {
    if range.isEmpty { return }
    let text = whole.part(range)
    let result = normalizer.normalize(text)
    let bytes = result.bytes ?? []
    try bytes.withUnsafeBufferPointer { buffer throws(LMError) in
      let text = result.bytes == nil ? text : TextCursor(buffer)
      let startsText = range.lowerBound == 0 && result.keepsStart
      var start = 0
      func segment(_ end: Int) {
        guard start < end else { return }
        body(.text(text.part(start..<end), startsText: startsText && start == 0))
      }
      for match in try matches(normalizedMatcher, text, specials) {
        segment(match.range.lowerBound)
        body(.token(match.token.id))
        start = match.range.upperBound
      }
      segment(text.count)
    }
  }

  func matches(
    _ matcher: AddedTokenMatcher, _ text: TextCursor, _ specials: SpecialTokenPolicy
  ) throws(LMError) -> [AddedTokenMatcher.Match] {
    if matcher.isEmpty { return [] }
    if specials == .asText, addedTokens.allSatisfy(\.isSpecial) { return [] }
    let found = matcher.matches(in: text) { specials == .asText && $0.isSpecial }
    if specials == .refuse, let match = found.first(where: \.token.isSpecial) {
      throw LMError(
        at: "the text, byte \(match.range.lowerBound)",
        "contains the special token \(JSON.quoted(match.token.content))",
        remedy: "remove it, or allow special tokens where the text can be trusted")
    }
    return found
  }

  private func encodeText(
    _ text: TextCursor, _ startsText: Bool, _ threads: ThreadPool?, _ output: inout TokenBuffer
  ) {
    guard text.count > 0 else { return }
    guard let bytePath else { return encodePieces(text, startsText, threads, &output) }
    guard bytePath.addsPrefixSpace, text.bytes[0] != 0x20 else { return encodePlain(text, threads, &output) }
    let spaced = [0x20] + UnsafeBufferPointer(start: text.bytes, count: text.count)
    spaced.withUnsafeBufferPointer { encodePlain(TextCursor($0), threads, &output) }
  }

  private func encodePlain(_ text: TextCursor, _ threads: ThreadPool?, _ output: inout TokenBuffer) {
    if let threads, threads.threadCount > 1, text.count >= 2 * Self.parallelPartSize {
      let cuts = pattern == nil ? [0, text.count] : text.safeCuts(every: Self.parallelPartSize)
      // Every part has the rest of the text in view.
      return encodeInParallel(cuts, threads, &output) { range, ids in
        bytePool?.withEncoder { $0.encode(text, range, pattern: pattern, into: &ids) }
      }
    }
    bytePool?.withEncoder { $0.encode(text, 0..<text.count, pattern: pattern, into: &output) }
  }

  /// The general way: the pre-tokenizer's steps one after the other, then the model.
  private func encodePieces(
    _ text: TextCursor, _ startsText: Bool, _ threads: ThreadPool?, _ output: inout TokenBuffer
  ) {
    if let threads, threads.threadCount > 1, text.count >= 2 * Self.parallelPartSize {
      return encodeInParallel(pieceCuts(text), threads, &output) { range, ids in
        encodePieces(text.part(range), startsText && range.lowerBound == 0, nil, &ids)
      }
    }
    let piece = TextPiece(text: text, origins: nil, startsText: startsText)
    if let bytePool {
      bytePool.withEncoder { encoder in
        cutter.forEachPiece(of: piece) {
          encoder.encode($0.text, 0..<$0.text.count, pattern: nil, into: &output)
        }
      }
    } else {
      piecePool.withEncoder { encoder in
        cutter.forEachPiece(of: piece) { encoder.encode($0.text, into: &output) }
      }
    }
  }
}
