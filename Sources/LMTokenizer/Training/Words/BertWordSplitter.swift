/// Cuts text into the words of BERT: cleaned, perhaps in lower case and without accents, split at white space and
/// around punctuation (arXiv 1810.04805).
public struct BertWordSplitter: WordSplitter {
  let normalizer: BertNormalizer

  /// A splitter that keeps the case of letters or not.
  public init(lowercases: Bool = true) { normalizer = BertNormalizer(lowercases: lowercases) }

  /// Calls `body` with every word.
  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let part = TextCursor(text).part(range)
    guard let changed = Normalizer.bert(normalizer).normalize(part).bytes else {
      return Self.forEachWord(of: UnsafeBufferPointer(rebasing: text[range]), body)
    }
    changed.withUnsafeBufferPointer { Self.forEachWord(of: $0, body) }
  }

  private static func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    BertSplitter.forEachWord(of: TextCursor(text)) { body(UnsafeBufferPointer(rebasing: text[$0])) }
  }

  /// A space behind a visible ASCII character: nothing behind it changes what stands before it.
  public func safeCut(in text: UnsafeBufferPointer<UInt8>, atOrAfter index: Int) -> Int {
    var cut = max(1, index)
    while cut < text.count, !(text[cut] == 0x20 && (0x21..<0x7F).contains(text[cut - 1])) { cut += 1 }
    return min(cut, text.count)
  }
}
