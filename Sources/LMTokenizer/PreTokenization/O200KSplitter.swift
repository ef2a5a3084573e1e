/// The pattern of o200k, with U = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, W = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]` and
/// C = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`:
///
///     [^\r\n\p{L}\p{N}]?U*W+C?|[^\r\n\p{L}\p{N}]?U+W*C?|\p{N}{1,3}
///     | ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct O200KSplitter: PieceSplitter {
  let text: TextCursor

  /// Common case: a word of ASCII letters of which only the first may be a capital.
  @inline(__always) func pieceEnd(from start: Int) -> Int {
    if text.hasWideRead(start &+ 1) {
      let word = start &+ (text.bytes[start] == 0x20 ? 1 : 0)
      let length = text.letterRun16(word)
      let end = word &+ length
      if length > 0, length < 16, text.bytes[end] < 0x80, text.bytes[end] != UInt8(ascii: "'"),
        !hasInnerCapital(word, length)
      {
        return end
      }
    }
    return slowPieceEnd(from: start)
  }

  /// True where one of the letters 1 … `length - 1` of the 16 bytes at `word` is a capital.
  @inline(__always) private func hasInnerCapital(_ word: Int, _ length: Int) -> Bool {
    let low = ASCIIWord(text.bytes + word).capitals & ~0xFF
    let high = ASCIIWord(text.bytes + word + 8).capitals
    let first = low != 0 ? low.trailingZeroBitCount >> 3 : 8 &+ high.trailingZeroBitCount >> 3
    return first < length
  }

  @inline(never) private func slowPieceEnd(from start: Int) -> Int {
    let (first, length) = text.classify(start)
    if let end = wordEnd(from: start, first: first, firstLength: length) {
      return end + text.foldedContraction(end)
    }
    if first & CodePointClass.number.rawValue != 0 { return text.endOfNumbers(start, limit: 3) }
    return text.endOfSymbolsOrSpace(start, first: first, firstLength: length, slashJoins: true)
  }

  /// The end of the first two alternatives without their contraction, tried in the order of a
  /// backtracking engine: lower-case word with and without the joined character, then upper-case word.
  private func wordEnd(from start: Int, first: UInt8, firstLength: Int) -> Int? {
    let isLetterOrNumber = first & (CodePointClass.letter.rawValue | CodePointClass.number.rawValue) != 0
    let joined = isLetterOrNumber || text.isLineBreak(start) ? nil : start + firstLength
    if let joined, let end = lowerWordEnd(joined) { return end }
    if let end = lowerWordEnd(start) { return end }
    if let joined, let end = upperWordEnd(joined) { return end }
    return upperWordEnd(start)
  }

  /// `U*W+` from `index` on.
  ///
  /// U* takes all it can. If no W follows it gives back code points until the last one that is both U and W,
  /// and W+ then takes just that one, because what comes after it in the run is U only.
  private func lowerWordEnd(_ index: Int) -> Int? {
    let upper = CodePointClass.upper.rawValue
    let lower = CodePointClass.lower.rawValue
    var afterShared: Int?
    var end = index
    while end < text.count {
      let (classes, length) = text.classify(end)
      if classes & upper == 0 { break }
      end += length
      if classes & lower != 0 { afterShared = end }
    }
    let wordEnd = text.endOfRun(end, of: lower)
    return wordEnd > end ? wordEnd : afterShared
  }

  /// `U+W*` from `index` on.
  private func upperWordEnd(_ index: Int) -> Int? {
    let end = text.endOfRun(index, of: CodePointClass.upper.rawValue)
    return end > index ? text.endOfRun(end, of: CodePointClass.lower.rawValue) : nil
  }
}
