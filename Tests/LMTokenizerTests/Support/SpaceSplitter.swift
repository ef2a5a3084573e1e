import LMTokenizer

/// Words between white space (ASCII), with a mark before each.
struct SpaceSplitter: WordSplitter {
  var mark: [UInt8] = []

  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    for word in text[range].split(whereSeparator: { $0 <= 0x20 }) {
      (mark + word).withUnsafeBufferPointer(body)
    }
  }

  func safeCut(in text: UnsafeBufferPointer<UInt8>, atOrAfter index: Int) -> Int {
    text[min(index, text.count)...].firstIndex { $0 <= 0x20 } ?? text.count
  }
}

extension WordCounts {
  /// The counts by word.
  var dictionary: [[UInt8]: Int] {
    var result: [[UInt8]: Int] = [:]
    forEach { word, count in result[Array(word), default: 0] += Int(count) }
    return result
  }
}
