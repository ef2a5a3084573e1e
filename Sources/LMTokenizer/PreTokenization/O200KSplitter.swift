/// The pattern of o200k, with U = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, W = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]` and
/// C = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`:
///
///     [^\r\n\p{L}\p{N}]?U*W+C?|[^\r\n\p{L}\p{N}]?U+W*C?|\p{N}{1,3}
///     | ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct O200KSplitter: PieceSplitter {
  let text: TextCursor

  private var window = ASCIIWindow()

  init(text: TextCursor) { self.text = text }

  /// Common cases: a word of ASCII letters of which only the first may be a capital, with a space before it or
  /// not, and ASCII but no apostrophe behind it; a symbol that neither letters nor symbols follow.
  @inline(__always) mutating func pieceEnd(from start: Int) -> Int {
    if start &+ ASCIIWindow.size < text.count {
      let offset = window.offset(of: start, in: text, capitals: true)
      let space = window.space(offset)
      let run = window.letterRun(offset &+ space)
      let end = start &+ space &+ run
      if run > 0 {
        if offset &+ space &+ run < ASCIIWindow.size, text.bytes[end] < 0x80,
          text.bytes[end] != UInt8(ascii: "'"), !hasCapital(offset &+ space &+ 1, run &- 1)
        {
          return end
        }
      } else if text.isASCIISymbol(end), text.isASCIIWordOrSpace(end &+ 1), !text.isLineBreak(end &+ 1),
        space == 1 || window.letterRun(offset &+ 1) == 0
      {
        return end &+ 1
      }
    }
    return slowPieceEnd(from: start)
  }

  /// True where one of `count` bytes from `offset` of the window on is a capital.
  @inline(__always) private func hasCapital(_ offset: Int, _ count: Int) -> Bool {
    let shifted = window.capitals &>> UInt64(truncatingIfNeeded: offset)
    return shifted.trailingZeroBitCount < count
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
