/// Finds added tokens in a text: leftmost first, of those the longest, never overlapping.
package struct AddedTokenMatcher: Sendable {
  /// A token in the text. `range` includes white space that the token's flags give it.
  package struct Match: Equatable {
    package let range: Range<Int>
    package let token: AddedToken
  }

  private let tokens: [AddedToken]
  private let trie: DoubleArrayTrie
  private let firstBytes: [Bool]

  /// A matcher of `tokens`, each of which is looked for as `form` gives it.
  package init(_ tokens: [AddedToken], form: (String) -> [UInt8] = { Array($0.utf8) }) {
    self.tokens = tokens
    var firstBytes = Array(repeating: false, count: 256)
    var keys: [(key: ArraySlice<UInt8>, value: Int32)] = []
    for (position, token) in tokens.enumerated() {
      let bytes = form(token.content)
      guard let first = bytes.first else { continue }
      firstBytes[Int(first)] = true
      keys.append((bytes[...], Int32(position)))
    }
    self.firstBytes = firstBytes
    trie = DoubleArrayTrie(keys)
  }

  /// True where there is nothing to find.
  var isEmpty: Bool { trie.keyCount == 0 }

  /// The matches in `text` from left to right, without those that `isSkipped`.
  ///
  /// A match that is skipped, or not a word of its own where it should be, is not tried shorter.
  /// - Complexity: O(bytes) where tokens begin rarely, at worst O(bytes · longest token).
  package func matches(in text: TextCursor, isSkipped: (AddedToken) -> Bool) -> [Match] {
    var found: [Match] = []
    var index = 0
    var free = 0
    while let start = nextCandidate(text, from: index) {
      guard let (end, position) = trie.longestMatch(in: text, at: start) else {
        index = start + 1
        continue
      }
      index = end
      let token = tokens[Int(position)]
      if isSkipped(token) || token.isSingleWord && !text.isWord(start..<end) { continue }
      let lower = token.stripsLeft ? text.startOfSpace(before: start, notBefore: free) : start
      let upper = token.stripsRight ? text.endOfRun(end, of: CodePointClass.space.rawValue) : end
      found.append(Match(range: lower..<upper, token: token))
      index = max(index, upper)
      free = upper
    }
    return found
  }

  private func nextCandidate(_ text: TextCursor, from start: Int) -> Int? {
    firstBytes.withUnsafeBufferPointer { firstBytes in
      var index = start
      while index < text.count {
        if firstBytes[Int(text.bytes[index])] { return index }
        index &+= 1
      }
      return nil
    }
  }
}

extension TextCursor {
  /// Where the white space that ends at `end` starts, at `limit` at the earliest.
  func startOfSpace(before end: Int, notBefore limit: Int) -> Int {
    var start = end
    while let previous = startOfCodePoint(before: start), previous >= limit,
      classify(previous).classes & CodePointClass.space.rawValue != 0
    {
      start = previous
    }
    return start
  }

  /// True where no word character (letter, mark, digit, connector) touches `range` from outside.
  func isWord(_ range: Range<Int>) -> Bool {
    if let before = startOfCodePoint(before: range.lowerBound), isWordCharacter(before) { return false }
    return range.upperBound >= count || !isWordCharacter(range.upperBound)
  }

  private func isWordCharacter(_ index: Int) -> Bool {
    ReferenceClass.of(codePoint(index).codePoint).contains(.word)
  }

  func startOfCodePoint(before index: Int) -> Int? {
    guard index > 0 else { return nil }
    for length in 1...4 where length <= index {
      if UTF8Decoding.decode(bytes + index - length, available: length).length == length {
        return index - length
      }
    }
    return index - 1
  }
}
