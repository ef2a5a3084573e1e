/// Where pre-tokens start in a window, as far as the patterns of cl100k and o200k agree:
///
///     [^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct WordStarts {
  /// The starts.
  var bits: UInt64
  /// Where ``bits`` can be relied on.
  var known: UInt64
  /// Symbols that start a pre-token.
  let symbols: UInt64

  @inline(__always) init(_ window: ASCIIWindow, digits: Int) {
    let masks = window.masks
    // A space joins the symbols behind it; the first pre-token of the window is one anyway.
    symbols =
      window.symbols & (~(window.symbols &<< 1 | masks.spaces &<< 1) | 1)
    let joining = masks.whites & ~masks.breaks | symbols
    bits = symbols | masks.letters & ~(masks.letters &<< 1) & ~(joining &<< 1)
    bits |= Self.numbers(masks.digits, limit: digits)
    // Line breaks behind symbols belong to them: adding the first of a run carries to its end.
    let behind = masks.breaks & window.symbols &<< 1
    let taken = ((masks.breaks &+ behind) ^ masks.breaks) & masks.breaks
    let whites = masks.whites & ~taken
    bits |= whites & (~(whites &<< 1) | ~masks.breaks & ~(whites &>> 1))
    bits |= Self.indentations(whites, breaks: masks.breaks)
    known = Self.known(whites, count: window.count)
  }

  /// All starts of numbers: every `limit` digits a new one.
  @inline(__always) private static func numbers(_ digits: UInt64, limit: Int) -> UInt64 {
    if limit == 1 { return digits }
    var starts = digits & ~(digits &<< 1)
    let beyond = digits & digits &<< 1 & digits &<< 2 & digits &<< 3
    if beyond == 0 { return starts }
    ASCIIWindow.forEachBit(starts) { start in
      let end = start &+ (~(digits &>> UInt64(truncatingIfNeeded: start))).trailingZeroBitCount
      for next in stride(from: start &+ limit, to: min(end, 64), by: limit) {
        starts |= ASCIIWindow.bit(next)
      }
      return true
    }
    return starts
  }

  /// White space behind the last line break of its run.
  @inline(__always) private static func indentations(_ whites: UInt64, breaks: UInt64) -> UInt64 {
    let blanks = whites & ~breaks
    var starts: UInt64 = 0
    ASCIIWindow.forEachBit(blanks & (breaks & whites) &<< 1) { start in
      let end = start &+ (~(blanks &>> UInt64(truncatingIfNeeded: start))).trailingZeroBitCount
      if end >= 64 || whites & ASCIIWindow.bit(end) == 0 { starts |= ASCIIWindow.bit(start) }
      return true
    }
    return starts
  }

  /// White space that reaches the end of what is seen may be cut by what comes behind it.
  @inline(__always) private static func known(_ whites: UInt64, count: Int) -> UInt64 {
    let run = (~(whites &<< UInt64(truncatingIfNeeded: 64 &- count))).leadingZeroBitCount
    return ASCIIWindow.lowest(run == 0 ? count : count &- run &+ 1)
  }
}
