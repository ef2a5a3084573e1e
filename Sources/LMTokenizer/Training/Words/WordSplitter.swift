/// Cuts texts into the words that training counts: what a tokenizer does to a text before its model sees it.
///
/// ``SplitPattern`` is one. A splitter may also change the text (normalize it, write `▁` for a space) and give
/// words in memory of its own.
public protocol WordSplitter: Sendable {
  /// Calls `body` with every word of the bytes `range` of `text`, from left to right.
  ///
  /// The ends of `range` are the ends of the text or places that ``safeCut(in:atOrAfter:)`` gave. The rest of
  /// the text is there to look at, and `body` must not keep what it gets.
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void)

  /// The first place at or after byte `index` where the text may be cut in two without a change of words; the
  /// end of the text where there is none.
  func safeCut(in text: UnsafeBufferPointer<UInt8>, atOrAfter index: Int) -> Int
}

extension WordSplitter {
  /// Safe cuts about `size` bytes apart, the text's two ends included.
  func safeCuts(in text: UnsafeBufferPointer<UInt8>, every size: Int) -> [Int] {
    var cuts = [0]
    while let last = cuts.last, text.count - last >= 2 * size {
      let cut = safeCut(in: text, atOrAfter: last + size)
      if cut >= text.count { break }
      cuts.append(cut)
    }
    return cuts + [text.count]
  }

  /// A safe cut near the end of the text, nil where there is none inside it.
  /// - Complexity: O(bytes) at worst: the stretch to look at doubles.
  func lastSafeCut(in text: UnsafeBufferPointer<UInt8>) -> Int? {
    var distance = 4096
    while true {
      let cut = safeCut(in: text, atOrAfter: max(1, text.count - distance))
      if cut < text.count { return cut }
      if distance >= text.count { return nil }
      distance *= 2
    }
  }
}

extension SplitPattern: WordSplitter {
  /// Calls `body` with every pre-token of a part of the text.
  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    SplitPattern.forEachPiece(self, TextCursor(text), range, body)
  }

  /// The next place where every pattern ends a pre-token, whatever came before.
  public func safeCut(in text: UnsafeBufferPointer<UInt8>, atOrAfter index: Int) -> Int {
    TextCursor(text).safeCut(atOrAfter: index)
  }
}
