import LMRuntime

/// A token with its place in the text that was encoded.
public struct LocatedToken: Sendable, Equatable {
  /// The token.
  public let id: Int32
  /// The bytes of the text in UTF-8 that it comes from; empty for tokens of the template.
  public let bytes: Range<Int>
  /// The same as a range of code points.
  public let codePoints: Range<Int>
}

extension Tokenizer {
  /// The ids of `text`, each with the part of the text that it comes from, as Hugging Face's tokenizers count
  /// it: what normalization replaced counts as a whole, what it removed belongs to no token, and tokens of
  /// single bytes have the range of their character.
  ///
  /// - Parameters:
  ///   - text: Any string below 2 GiB.
  ///   - specials: What becomes of special tokens that stand in the text.
  ///   - addSpecialTokens: Whether ``template`` puts its special tokens around, with empty ranges at 0.
  /// - Throws: ``LMError`` where a special token is refused, or the text has 2 GiB or more.
  /// - Complexity: O(n log n) for n bytes; about 30 bytes of memory for each byte.
  public func encodeWithOffsets(
    _ text: String, specials: SpecialTokenPolicy = .asText, addSpecialTokens: Bool = true
  ) throws(LMError) -> [LocatedToken] {
    let bytes = Array(text.utf8)
    guard bytes.count < Int32.max else {
      throw LMError(
        .usage, at: "the text", "has \(bytes.count) bytes, more than 2 GiB", remedy: "encode it in parts")
    }
    var found = try bytes.withUnsafeBufferPointer { buffer throws(LMError) in
      let worker = model.makeWorker()
      return try located(TextCursor(buffer), specials) { tokens(of: $0, worker) }
    }
    trimOffsets(&found)
    let places = codePointIndex(bytes)
    func token(_ token: TokenLength) -> LocatedToken {
      LocatedToken(
        id: token.id, bytes: token.start..<token.end,
        codePoints: Int(places[token.start])..<Int(places[token.end]))
    }
    func special(_ id: Int32) -> LocatedToken { LocatedToken(id: id, bytes: 0..<0, codePoints: 0..<0) }
    guard addSpecialTokens else { return found.map(token) }
    return template.prefix.map(special) + found.map(token) + template.suffix.map(special)
  }

  /// How many code points begin before every byte, and in all.
  private func codePointIndex(_ bytes: [UInt8]) -> [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(bytes.count + 1)
    var count: Int32 = 0
    for byte in bytes {
      places.append(count)
      if byte & 0xC0 != 0x80 { count += 1 }
    }
    // A byte inside a code point has seen its beginning already, which no range starts or ends with.
    places.append(count)
    return places
  }

  /// The tokens of a text with their bytes in it, where `tokenize` gives those of each piece.
  func located(
    _ text: TextCursor, _ specials: SpecialTokenPolicy, _ tokenize: (TextCursor) -> [TokenLength]
  ) throws(LMError) -> [TokenLength] {
    var origins: [TextRewriter.Origin] = []
    origins.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let length = text.codePoint(index).length
      let origin = TextRewriter.Origin(start: Int32(index), end: Int32(index + length))
      origins.append(contentsOf: repeatElement(origin, count: length))
      index += length
    }
    var found: [TokenLength] = []
    var start = 0
    for match in try matches(rawMatcher, text, specials) {
      try locate(text, start..<match.range.lowerBound, origins, specials, tokenize, &found)
      found.append(
        TokenLength(id: match.token.id, start: match.range.lowerBound, end: match.range.upperBound))
      start = match.range.upperBound
    }
    try locate(text, start..<text.count, origins, specials, tokenize, &found)
    return found
  }

  private func locate(
    _ whole: TextCursor, _ range: Range<Int>, _ origins: [TextRewriter.Origin],
    _ specials: SpecialTokenPolicy, _ tokenize: (TextCursor) -> [TokenLength], _ found: inout [TokenLength]
  ) throws(LMError) {
    if range.isEmpty { return }
    let segment = whole.part(range)
    let result = normalizer.normalize(segment, origins: Array(origins[range]))
    let bytes = result.bytes ?? []
    let origins = result.origins ?? []
    try bytes.withUnsafeBufferPointer { buffer throws(LMError) in
      let text = result.bytes == nil ? segment : TextCursor(buffer)
      let startsText = range.lowerBound == 0 && result.keepsStart
      var start = 0
      for match in try matches(normalizedMatcher, text, specials) {
        locatePieces(
          text, start..<match.range.lowerBound, startsText && start == 0, origins, tokenize, &found)
        found.append(
          TokenLength(
            id: match.token.id, start: Int(origins[match.range.lowerBound].start),
            end: Int(origins[match.range.upperBound - 1].end)))
        start = match.range.upperBound
      }
      locatePieces(text, start..<text.count, startsText && start == 0, origins, tokenize, &found)
    }
  }

  private func locatePieces(
    _ text: TextCursor, _ range: Range<Int>, _ startsText: Bool, _ origins: [TextRewriter.Origin],
    _ tokenize: (TextCursor) -> [TokenLength], _ found: inout [TokenLength]
  ) {
    if range.isEmpty { return }
    origins[range].withUnsafeBufferPointer { origins in
      let whole = TextPiece(text: text.part(range), origins: origins.baseAddress, startsText: startsText)
      cutter.forEachPiece(of: whole) { piece in
        for token in tokenize(piece.text) {
          guard let origins = piece.origins, token.start < token.end else { continue }
          found.append(
            TokenLength(
              id: token.id, start: Int(origins[token.start].start), end: Int(origins[token.end - 1].end)))
        }
      }
    }
  }

  private func tokens(of piece: TextCursor, _ worker: (any PieceWorker)?) -> [TokenLength] {
    if case .byteLevel(let model) = model { return model.encodeWithLengths(piece) }
    return worker?.encodeWithLengths(piece) ?? []
  }

  /// Takes the spaces at the ends of tokens out of their ranges, as ByteLevel's post-processor does.
  private func trimOffsets(_ tokens: inout [TokenLength]) {
    guard let trimming = template.offsetTrimming else { return }
    let mark = Array("Ġ".unicodeScalars)[0]
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar == mark || ReferenceClass.of(Int(scalar.value)).contains(.space)
    }
    for index in tokens.indices {
      let name = Array((token(tokens[index].id) ?? "").unicodeScalars)
      var leading = name.prefix(while: isSpace).count
      let trailing = name.reversed().prefix(while: isSpace).count
      if leading == 1, trimming == .allButFirst, index == 0 || tokens[index].start == 0 { leading = 0 }
      tokens[index].start = min(tokens[index].start + leading, tokens[index].end)
      if trailing > 0, tokens[index].end >= trailing {
        tokens[index].end = max(tokens[index].end - trailing, tokens[index].start)
      }
    }
  }
}
