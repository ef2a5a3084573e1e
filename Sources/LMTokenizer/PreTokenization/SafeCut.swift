extension TextCursor {
  /// The first position at or after `index` where every pattern of ``SplitPattern`` ends a pre-token,
  /// whatever came before; the text's end where there is none.
  ///
  /// A space (U+0020) is inside a pre-token only behind other white space, and a line feed is followed in
  /// its pre-token only by white space, or by a slash in o200k. So a cut is safe
  /// - before a space that follows a printable ASCII character other than a space, and
  /// - behind a line feed that anything but white space and a slash follows.
  package func safeCut(atOrAfter index: Int) -> Int {
    var index = max(1, index)
    while index < count {
      let before = bytes[index - 1]
      if bytes[index] == 0x20 {
        if before > 0x20, before < 0x7F { return index }
      } else if before == 0x0A, bytes[index] != UInt8(ascii: "/"),
        classify(index).classes & CodePointClass.space.rawValue == 0
      {
        return index
      }
      index += 1
    }
    return count
  }

  /// Safe cuts about `size` bytes apart, the text's two ends included.
  func safeCuts(every size: Int) -> [Int] {
    cuts(every: size) { safeCut(atOrAfter: $0) }
  }
}
