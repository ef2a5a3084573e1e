/// The pattern of cl100k and Llama 3 (`digits` 3) and of Qwen 2 (`digits` 1):
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}
///     | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct CL100KSplitter: PieceSplitter {
  let text: TextCursor
  /// The most numbers in one pre-token.
  let digits: Int

  @inline(__always) func starts(in window: ASCIIWindow, at start: Int) -> UInt64 {
    var starts = WordStarts(window, digits: digits)
    // A contraction comes before a word that would begin with its apostrophe.
    ASCIIWindow.forEachBit(window.masks.apostrophes & starts.symbols & starts.known) { quote in
      if quote &+ 3 >= window.count {
        starts.known &= ASCIIWindow.lowest(quote)
        return false
      }
      let length = text.foldedContraction(start &+ quote)
      if length > 0 { starts.bits |= ASCIIWindow.bit(quote &+ length) }
      return true
    }
    return starts.bits & starts.known & ~1
  }

  @inline(never) func pieceEnd(from start: Int) -> Int {
    let contraction = text.foldedContraction(start)
    if contraction > 0 { return start + contraction }
    let (first, length) = text.classify(start)
    let letter = CodePointClass.letter.rawValue
    if first & letter != 0 { return text.endOfRun(start + length, of: letter) }
    if first & CodePointClass.number.rawValue != 0 { return text.endOfNumbers(start, limit: digits) }
    let second = start + length
    if second < text.count, !text.isLineBreak(start) {
      let (classes, length) = text.classify(second)
      if classes & letter != 0 { return text.endOfRun(second + length, of: letter) }
    }
    return text.endOfSymbolsOrSpace(start, first: first, firstLength: length, slashJoins: false)
  }
}

extension TextCursor {
  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`, with `[\r\n/]*` where `slashJoins`.
  ///
  /// The code point at `start` is `first` (neither letter nor number), `firstLength` bytes long.
  @inline(__always) func endOfSymbolsOrSpace(
    _ start: Int, first: UInt8, firstLength: Int, slashJoins: Bool
  ) -> Int {
    var symbols = start
    if first & CodePointClass.space.rawValue != 0 {
      symbols = start + 1
      guard bytes[start] == 0x20, symbols < count,
        classify(symbols).classes & CodePointClass.kind.rawValue == 0
      else { return endOfSpaceOrLines(start) }
    }
    var end = endOfOtherRun(symbols)
    while end < count, isLineBreak(end) || slashJoins && bytes[end] == UInt8(ascii: "/") { end += 1 }
    return end
  }
}
