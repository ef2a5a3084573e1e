import LMRuntime

/// Cuts text into runs without white space, each with the space (U+0020) that stands right before it: words as they
/// stand in a text.
struct RunSplitter: WordSplitter {
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let cursor = TextCursor(text)
    var start = range.lowerBound
    var index = start
    func end(at end: Int) {
      if start < end, !(end == start + 1 && text[start] == 0x20) {
        body(UnsafeBufferPointer(rebasing: text[start..<end]))
      }
    }
    while index < range.upperBound {
      let (classes, length) = cursor.classify(index)
      if classes & CodePointClass.space.rawValue != 0 {
        end(at: index)
        start = text[index] == 0x20 ? index : index + length
      }
      index += length
    }
    end(at: min(index, range.upperBound))
  }

  /// A place where both halves are cut alone, by every pattern, as in the whole: before a space behind a visible
  /// ASCII character, and behind a single line feed between characters that are no white space and no slash.
  func safeCut(in text: UnsafeBufferPointer<UInt8>, atOrAfter index: Int) -> Int {
    let cursor = TextCursor(text)
    var cut = cursor.safeCut(atOrAfter: index)
    while cut < text.count, text[cut] != 0x20, !isLineEnd(cursor, cut - 1) {
      cut = cursor.safeCut(atOrAfter: cut + 1)
    }
    return cut
  }

  /// True where the character before the line feed at `index` is no white space.
  private func isLineEnd(_ text: TextCursor, _ index: Int) -> Bool {
    var start = index - 1
    while start > 0, index - start < 4, text.bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start >= 0 && text.classify(start).classes & CodePointClass.space.rawValue == 0
  }
}
