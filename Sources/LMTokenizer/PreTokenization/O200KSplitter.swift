/// The pattern of o200k, with U = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, W = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]` and
/// C = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`:
///
///     [^\r\n\p{L}\p{N}]?U*W+C?|[^\r\n\p{L}\p{N}]?U+W*C?|\p{N}{1,3}
///     | ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct O200KSplitter: PieceSplitter {
  let text: TextCursor

  @inline(__always) func starts(in window: ASCIIWindow, at start: Int) -> UInt64 {
    let masks = window.masks
    var starts = WordStarts(window, digits: 3)
    starts.bits |= masks.capitals & (masks.letters & ~masks.capitals) &<< 1
    // A slash behind a line break may belong to the symbols before it.
    let slash = (masks.slashes & masks.breaks &<< 1).trailingZeroBitCount
    starts.known &= ASCIIWindow.lowest(slash)
    // A contraction behind a word belongs to it; a second one is a word of its own.
    var free = 0
    ASCIIWindow.forEachBit(masks.apostrophes & masks.letters &<< 1) { quote in
      if quote < free { return true }
      if quote &+ 3 >= window.count {
        starts.known &= ASCIIWindow.lowest(quote)
        return false
      }
      let length = text.foldedContraction(start &+ quote)
      if length > 0 {
        starts.bits &= ~(ASCIIWindow.lowest(length) &<< UInt64(truncatingIfNeeded: quote))
        starts.bits |= ASCIIWindow.bit(quote &+ length)
        free = quote &+ length &+ 1
      }
      return true
    }
    return starts.bits & starts.known & ~1
  }

  @inline(never) func pieceEnd(from start: Int) -> Int {
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
