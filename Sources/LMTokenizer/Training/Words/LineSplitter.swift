/// Cuts text into words line by line, as a tokenizer whose texts are lines: normalizes a line, then splits it.
///
/// Line feeds, and a carriage return before one, belong to no word.
public struct LineSplitter: WordSplitter {
  private let normalizer: Normalizer
  private let cutter: PieceCutter

  /// A splitter with the steps of a tokenizer.
  package init(_ normalizer: Normalizer, _ preTokenizer: PreTokenizer) {
    self.normalizer = normalizer
    cutter = PieceCutter(preTokenizer, mapsBytes: false)
  }

  /// Calls `body` with every word of the lines in `range`.
  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let feed = text[start..<range.upperBound].firstIndex(of: 0x0A) ?? range.upperBound
      let end = feed > start && text[feed - 1] == 0x0D ? feed - 1 : feed
      if start < end { splitLine(TextCursor(UnsafeBufferPointer(rebasing: text[start..<end])), body) }
      start = feed + 1
    }
  }

  private func splitLine(_ line: TextCursor, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    func split(_ text: TextCursor) {
      cutter.forEachPiece(of: TextPiece(text: text, origins: nil, startsText: true)) { body($0.text.buffer) }
    }
    guard let changed = normalizer.normalize(line).bytes else { return split(line) }
    changed.withUnsafeBufferPointer { split(TextCursor($0)) }
  }

  /// The place behind the next line feed.
  public func safeCut(in text: UnsafeBufferPointer<UInt8>, atOrAfter index: Int) -> Int {
    let start = max(1, index) - 1
    guard start < text.count, let feed = text[start...].firstIndex(of: 0x0A) else { return text.count }
    return feed + 1
  }
}
