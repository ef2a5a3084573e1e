/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
struct GPT2Splitter: PieceSplitter {
  let text: TextCursor

  private var window = ASCIIWindow()

  init(text: TextCursor) { self.text = text }

  /// Common cases: a word of ASCII letters or a single symbol, with a space before it or not, ASCII behind it.
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
        return end &+ 1
      }
    }
    return slowPieceEnd(from: start)
  }

  @inline(never) private func slowPieceEnd(from start: Int) -> Int {
    let first = text.bytes[start]
    if first == UInt8(ascii: "'") {
      let length = contraction(start)
      if length > 0 { return start + length }
    }
    let body = first == 0x20 && start + 1 < text.count ? start + 1 : start
    let (classes, length) = text.classify(body)
    let kind = classes & CodePointClass.kind.rawValue
    if kind == CodePointClass.space.rawValue { return text.endOfSpace(start) }
    if kind == 0 { return text.endOfOtherRun(body + length) }
    return text.endOfRun(body + length, of: kind)
  }

  /// The length of a contraction in lower case at `index`, 0 where there is none.
  private func contraction(_ index: Int) -> Int {
    guard index + 1 < text.count else { return 0 }
    let third = index + 2 < text.count ? text.bytes[index + 2] : 0
    switch text.bytes[index + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return third == UInt8(ascii: "e") ? 3 : 0
    case UInt8(ascii: "l"): return third == UInt8(ascii: "l") ? 3 : 0
    default: return 0
    }
  }
}
