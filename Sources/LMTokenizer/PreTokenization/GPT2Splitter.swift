/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
struct GPT2Splitter: PieceSplitter {
  let text: TextCursor

  /// A character starts a pre-token where its class changes, unless the character before it is a space. The
  /// last white space before something else is on its own.
  @inline(__always) func starts(in window: ASCIIWindow, at start: Int) -> UInt64 {
    let (masks, symbols) = (window.masks, window.symbols)
    let goesOn =
      masks.letters & masks.letters &<< 1 | masks.digits & masks.digits &<< 1 | symbols & symbols &<< 1
    var starts = ~masks.whites & ~goesOn & ~(masks.spaces &<< 1)
    starts |= masks.whites & ~(masks.whites &<< 1 & masks.whites &>> 1)
    // What the last character is followed by is not seen.
    var known = ASCIIWindow.lowest(window.count &- 1)
    ASCIIWindow.forEachBit(masks.apostrophes & (starts | 1) & known) { quote in
      let length = contraction(start &+ quote)
      if length == 0 { return true }
      if quote &+ length &+ 1 >= window.count {
        known &= ASCIIWindow.lowest(quote &+ 1)
        return false
      }
      starts = starts & ~ASCIIWindow.bit(quote &+ 1) | ASCIIWindow.bit(quote &+ length)
      return true
    }
    return starts & known & ~1
  }

  @inline(never) func pieceEnd(from start: Int) -> Int {
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
