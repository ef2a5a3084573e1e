/// Texts over which ``DRYPenalty`` does not look back: what stands before and after them is no repetition.
public struct SequenceBreakers: Sendable, Equatable {
  /// llama.cpp's: end of line, colon, quote, asterisk.
  public static let standardTexts = ["\n", ":", "\"", "*"]

  private let texts: [[UInt8]]
  private let vocabulary: TokenVocabulary?

  /// No breakers.
  public init() { (texts, vocabulary) = ([], nil) }

  /// Breaks at `texts`, however tokens cut them; empty ones are left out.
  public init(_ texts: [String], _ vocabulary: TokenVocabulary) {
    self.texts = texts.map { Array($0.utf8) }.filter { !$0.isEmpty }
    self.vocabulary = vocabulary
  }

  /// True where both break at the same texts.
  public static func == (left: SequenceBreakers, right: SequenceBreakers) -> Bool {
    left.texts == right.texts
  }

  /// Number of tokens that were written since a breaker's last byte; all where there was none.
  /// - Parameter recent: Tokens, the last one first.
  /// - Complexity: O(bytes since the breaker · breakers).
  func tokensSinceBreaker(_ recent: [Int32]) -> Int {
    guard let vocabulary, !texts.isEmpty else { return recent.count }
    for (count, id) in recent.enumerated() {
      let token = vocabulary[id]
      for end in token.indices
      where texts.contains(where: { ends(with: $0, token[...end], recent[(count + 1)...], vocabulary) }) {
        return count
      }
    }
    return recent.count
  }

  /// True where the bytes of `token`, with those of the tokens before it, end with `text`.
  private func ends(
    with text: [UInt8], _ token: ArraySlice<UInt8>, _ before: ArraySlice<Int32>, _ vocabulary: TokenVocabulary
  ) -> Bool {
    var (rest, bytes, before) = (text[...], token, before)
    while let byte = rest.last {
      guard let last = bytes.popLast() else {
        guard let id = before.popFirst() else { return false }
        bytes = vocabulary[id]
        continue
      }
      guard last == byte else { return false }
      rest.removeLast()
    }
    return true
  }
}
