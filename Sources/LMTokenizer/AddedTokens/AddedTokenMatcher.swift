/// Finds added tokens in a text: leftmost first, of those the longest, never overlapping.
package struct AddedTokenMatcher: Sendable {
  /// A token in the text. `range` includes white space that the token's flags give it.
  package struct Match: Equatable {
    package let range: Range<Int>
    package let token: AddedToken
  }

  private let tokens: [AddedToken]
  /// (node << 8 | byte) → node; node 0 is the root.
  private var edges: [Int: Int] = [:]
  /// The token that ends at a node.
  private var endings: [Int: Int] = [:]
  private var firstBytes = Array(repeating: false, count: 256)

  /// A matcher of `tokens`, each of which is looked for as `form` gives it.
  package init(_ tokens: [AddedToken], form: (String) -> [UInt8] = { Array($0.utf8) }) {
    self.tokens = tokens
    var nodeCount = 1
    for (position, token) in tokens.enumerated() {
      let bytes = form(token.content)
      guard let first = bytes.first else { continue }
      firstBytes[Int(first)] = true
      var node = 0
      for byte in bytes {
        let key = node << 8 | Int(byte)
        node = edges[key] ?? nodeCount
        if node == nodeCount {
          edges[key] = node
          nodeCount += 1
        }
      }
      endings[node] = position
    }
  }

  /// True where there is nothing to find.
  var isEmpty: Bool { endings.isEmpty }

  /// The matches in `text` from left to right, without those that `isSkipped`.
  ///
  /// A match that is skipped, or not a word of its own where it should be, is not tried shorter.
  /// - Complexity: O(bytes) where tokens begin rarely, at worst O(bytes · longest token).
  package func matches(in text: TextCursor, isSkipped: (AddedToken) -> Bool) -> [Match] {
    var found: [Match] = []
    var index = 0
    var free = 0
    while let start = nextCandidate(text, from: index) {
      guard let (end, position) = longest(text, at: start) else {
        index = start + 1
        continue
      }
      index = end
      let token = tokens[position]
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

  private func longest(_ text: TextCursor, at start: Int) -> (end: Int, token: Int)? {
    var best: (Int, Int)?
    var node = 0
    var index = start
    while index < text.count, let next = edges[node << 8 | Int(text.bytes[index])] {
      node = next
      index += 1
      if let token = endings[node] { best = (index, token) }
    }
    return best
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
    let (codePoint, length) = UTF8Decoding.decode(bytes + index, available: count - index)
    guard length > 0 else { return false }
    switch GeneralCategory.of(UInt32(codePoint)) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }

  private func startOfCodePoint(before index: Int) -> Int? {
    guard index > 0 else { return nil }
    for length in 1...4 where length <= index {
      if UTF8Decoding.decode(bytes + index - length, available: length).length == length {
        return index - length
      }
    }
    return index - 1
  }
}
