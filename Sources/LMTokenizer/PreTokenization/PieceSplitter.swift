/// Finds where pre-tokens end. Every byte of the text belongs to exactly one pre-token.
protocol PieceSplitter {
  /// The end of the pre-token that starts at `start` (`< count` of the text).
  ///
  /// Looks ahead to the end of the whole text, so that a part of it is cut exactly as in the whole.
  func pieceEnd(from start: Int) -> Int

  /// Where further pre-tokens start in a window at the pre-token that starts at `start`: bit i for byte
  /// `start + i`. Says only what is certain, which may be nothing; bit 0 is never set.
  func starts(in window: ASCIIWindow, at start: Int) -> UInt64
}

extension PieceSplitter {
  /// The window at `start` where it can be of use: in ASCII and not near the end of the text.
  @inline(__always) func starts(from start: Int, in text: TextCursor) -> UInt64 {
    guard start &+ 2 &* ASCIIWindow.size <= text.count, text.bytes[start] | text.bytes[start &+ 1] < 0x80
    else {
      return 0
    }
    return starts(in: ASCIIWindow(text.bytes + start), at: start)
  }
}

/// The whole text as one pre-token.
struct WholeTextSplitter: PieceSplitter {
  let text: TextCursor

  func pieceEnd(from start: Int) -> Int { text.count }
  func starts(in window: ASCIIWindow, at start: Int) -> UInt64 { 0 }
}

extension TextCursor {
  /// The end of the run of code points from `index` on that have a bit of `set`.
  @inline(__always) func endOfRun(_ index: Int, of set: UInt8) -> Int {
    var index = index
    while index < count {
      let (classes, length) = classify(index)
      if classes & set == 0 { break }
      index += length
    }
    return index
  }

  /// The end of the run of code points from `index` on that are no letter, no number and no white space.
  @inline(__always) func endOfOtherRun(_ index: Int) -> Int {
    var index = index
    while index < count {
      let (classes, length) = classify(index)
      if classes & CodePointClass.kind.rawValue != 0 { break }
      index += length
    }
    return index
  }

  /// The end of at most `limit` numbers from `index` on.
  @inline(__always) func endOfNumbers(_ index: Int, limit: Int) -> Int {
    var index = index
    for _ in 0..<limit {
      guard index < count else { break }
      let (classes, length) = classify(index)
      if classes & CodePointClass.number.rawValue == 0 { break }
      index += length
    }
    return index
  }

  /// `\s+(?!\S)|\s+` on the white space from `start` on: all of it at the end of the text, else all but its
  /// last code point, which may belong to what follows; one code point alone is a piece.
  @inline(__always) func endOfSpace(_ start: Int) -> Int {
    var last = start
    var index = start
    while index < count {
      let (classes, length) = classify(index)
      if classes & CodePointClass.space.rawValue == 0 { break }
      last = index
      index += length
    }
    return index < count && last > start ? last : index
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line break in the white space, if it has one.
  @inline(__always) func endOfSpaceOrLines(_ start: Int) -> Int {
    var afterBreak = start
    var last = start
    var index = start
    while index < count {
      let (classes, length) = classify(index)
      if classes & CodePointClass.space.rawValue == 0 { break }
      last = index
      index += length
      if isLineBreak(last) { afterBreak = index }
    }
    if afterBreak > start { return afterBreak }
    return index < count && last > start ? last : index
  }

  /// True for CR and LF.
  @inline(__always) func isLineBreak(_ index: Int) -> Bool { bytes[index] == 0x0A || bytes[index] == 0x0D }

  /// The length of `(?i:'s|'t|'re|'ve|'m|'ll|'d)` at `index`, 0 where there is none.
  ///
  /// Case folding takes U+017F (ſ, bytes C5 BF) for an s as well. Setting bit 5 gives a lower-case ASCII
  /// letter from nothing but the letter itself.
  func foldedContraction(_ index: Int) -> Int {
    guard index + 1 < count, bytes[index] == UInt8(ascii: "'") else { return 0 }
    switch bytes[index + 1] | 0x20 {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return isLetter(index + 2, UInt8(ascii: "e")) ? 3 : 0
    case UInt8(ascii: "l"): return isLetter(index + 2, UInt8(ascii: "l")) ? 3 : 0
    default:
      return index + 2 < count && bytes[index + 1] == 0xC5 && bytes[index + 2] == 0xBF ? 3 : 0
    }
  }

  private func isLetter(_ index: Int, _ letter: UInt8) -> Bool {
    index < count && bytes[index] | 0x20 == letter
  }
}
