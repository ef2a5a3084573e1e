/// The pattern of cl100k and Llama 3 (`digits` 3) and of Qwen 2 (`digits` 1):
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}
///     | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct CL100KSplitter: PieceSplitter {
  let text: TextCursor
  /// The most numbers in one pre-token.
  let digits: Int

  private var window = ASCIIWindow()

  init(text: TextCursor, digits: Int) {
    self.text = text
    self.digits = digits
  }

  /// Common cases: a word of ASCII letters, with a space or a symbol before it or not, or a single symbol,
  /// with ASCII behind it.
  @inline(__always) mutating func pieceEnd(from start: Int) -> Int {
    if start &+ ASCIIWindow.size < text.count {
      let offset = window.offset(of: start, in: text, capitals: false)
      let space = window.space(offset)
      let run = window.letterRun(offset &+ space)
      let end = start &+ space &+ run
      if run > 0 {
        if offset &+ space &+ run < ASCIIWindow.size, text.bytes[end] < 0x80 { return end }
      } else if text.isASCIISymbol(end), text.isASCIIWordOrSpace(end &+ 1),
        text.bytes[start] != UInt8(ascii: "'")
      {
        let joined = space == 0 ? window.letterRun(offset &+ 1) : 0
        let after = end &+ 1 &+ joined
        if offset &+ 1 &+ joined < ASCIIWindow.size, text.bytes[after] < 0x80,
          joined > 0 || !text.isLineBreak(after)
        {
          return after
        }
      }
    }
    return slowPieceEnd(from: start)
  }

  @inline(never) private func slowPieceEnd(from start: Int) -> Int {
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
