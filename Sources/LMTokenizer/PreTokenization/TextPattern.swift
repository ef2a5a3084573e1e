import Glibc
import LMRuntime

/// A text, or a regular expression, that is looked for in a text.
package struct TextPattern: Sendable, Equatable {
  /// As tokenizer.json spells it.
  package enum Source: Sendable, Equatable {
    case text(String)
    case regex(String)
  }

  /// How it is found.
  private enum Kind: Sendable {
    case text([UInt8])
    /// A known splitting pattern, which covers the whole text.
    case split(SplitPattern)
    /// `\s+`.
    case spaces
    /// ``CLIPSplitter``.
    case clip
    /// Any other expression.
    case matcher(PatternMatcher)
  }

  package let source: Source
  private let kind: Kind

  /// A plain text; an empty one is found nowhere.
  package init(_ text: String) {
    source = .text(text)
    kind = .text(Array(text.utf8))
  }

  /// A regular expression, see ``PatternMatcher``; the known patterns have faster splitters.
  /// - Throws: ``LMError`` where the expression is malformed or not supported.
  package init(regex: String) throws(LMError) {
    source = .regex(regex)
    if let pattern = SplitPattern(regex: regex) {
      kind = .split(pattern)
    } else if KeyIndex.sameBytes(regex, #"\s+"#) {
      kind = .spaces
    } else if KeyIndex.sameBytes(regex, CLIPSplitter.regex) {
      kind = .clip
    } else {
      do {
        kind = .matcher(try PatternMatcher(regex))
      } catch {
        throw LMError(
          at: "the pattern \(JSON.quoted(regex))",
          "\(error.place.dropFirst("pattern, ".count)) \(error.problem)",
          remedy: error.remedy)
      }
    }
  }

  package static func == (left: TextPattern, right: TextPattern) -> Bool {
    switch (left.source, right.source) {
    case (.text(let a), .text(let b)), (.regex(let a), .regex(let b)): KeyIndex.sameBytes(a, b)
    default: false
    }
  }

  /// The known splitting pattern, where it is one.
  var splitPattern: SplitPattern? {
    if case .split(let pattern) = kind { return pattern }
    return nil
  }

  /// The first match at or behind `start`, nil where there is none.
  func nextMatch(in text: TextCursor, from start: Int) -> Range<Int>? {
    switch kind {
    case .text(let needle): text.firstOccurrence(of: needle, from: start)
    case .split(let pattern): pattern.nextMatch(in: text, from: start)
    case .spaces: text.nextSpaces(from: start)
    case .clip: CLIPSplitter.nextMatch(in: text, from: start)
    case .matcher(let matcher): matcher.nextMatch(in: text, from: start)
    }
  }

  /// Calls `body` with every match from left to right. An empty one where another ended does not count.
  private func forEachMatch(in text: TextCursor, _ body: (Range<Int>) -> Void) {
    if case .matcher(let matcher) = kind {
      var scan = PatternScan(matcher, text)
      while let match = scan.next() { body(match) }
      return
    }
    var done = 0
    while done < text.count, let match = nextMatch(in: text, from: done) {
      body(match)
      done = match.upperBound
    }
  }

  /// Calls `body` with what matches and what is between matches, from left to right, without gaps.
  ///
  /// An empty match behind another match does not count, as in Oniguruma.
  func forEachPart(of text: TextCursor, _ body: (Range<Int>, _ isMatch: Bool) -> Void) {
    var done = 0
    forEachMatch(in: text) { match in
      if done < match.lowerBound { body(done..<match.lowerBound, false) }
      body(match, true)
      done = match.upperBound
    }
    if done < text.count { body(done..<text.count, false) }
  }

  /// Writes the text with `content` in place of every match.
  func replace(with content: [UInt8], _ output: inout TextRewriter) {
    let text = output.input
    if case .text(let needle) = kind {
      var done = 0
      while let match = text.firstOccurrence(of: needle, from: done) {
        output.keep(done..<match.lowerBound)
        output.emit(content, for: text.lastCodePoint(of: match))
        done = match.upperBound
      }
      return output.keep(done..<text.count)
    }
    var done = 0
    forEachMatch(in: text) { match in
      output.keep(done..<match.lowerBound)
      output.emit(content, for: match.isEmpty ? match : text.lastCodePoint(of: match))
      done = match.upperBound
    }
    output.keep(done..<text.count)
  }

  /// `text` with `content` in place of every match.
  func replacing(in text: [UInt8], with content: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { buffer in
      var output = TextRewriter(TextCursor(buffer))
      replace(with: content, &output)
      return output.finish().bytes ?? text
    }
  }
}

extension TextCursor {
  /// The first place at or behind `start` where `needle` stands.
  func firstOccurrence(of needle: [UInt8], from start: Int) -> Range<Int>? {
    guard let first = needle.first else { return nil }
    var index = start
    while index <= count - needle.count {
      guard let found = memchr(bytes + index, Int32(first), count - needle.count + 1 - index) else {
        return nil
      }
      index = UnsafeRawPointer(found) - UnsafeRawPointer(bytes)
      if needle.withUnsafeBytes({
        memcmp($0.baseAddress ?? UnsafeRawPointer(found), bytes + index, needle.count)
      }) == 0 {
        return index..<index + needle.count
      }
      index += 1
    }
    return nil
  }

  /// The next run of white space.
  fileprivate func nextSpaces(from start: Int) -> Range<Int>? {
    var index = start
    while index < count {
      let (classes, length) = classify(index)
      if classes & CodePointClass.space.rawValue != 0 {
        return index..<endOfRun(index + length, of: CodePointClass.space.rawValue)
      }
      index += length
    }
    return nil
  }

  /// The bytes of the last code point of `range`, which is not empty.
  fileprivate func lastCodePoint(of range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound {
      let next = start + codePoint(start).length
      if next >= range.upperBound { break }
      start = next
    }
    return start..<max(start, range.upperBound)
  }
}

/// CLIP's pattern. What it leaves out is white space:
///
///     <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
enum CLIPSplitter {
  static let regex =
    #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
  private static let words = [
    "<|startoftext|>", "<|endoftext|>", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d",
  ].map { Array($0.utf8) }

  static func nextMatch(in text: TextCursor, from start: Int) -> Range<Int>? {
    var index = start
    while index < text.count {
      let (classes, length) = text.classify(index)
      guard classes & CodePointClass.space.rawValue != 0 else { break }
      index += length
    }
    guard index < text.count else { return nil }
    let byte = text.bytes[index]
    if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "'") {
      for word in words where text.hasPrefix(word, at: index) { return index..<index + word.count }
    }
    let (classes, length) = text.classify(index)
    if classes & CodePointClass.letter.rawValue != 0 {
      return index..<text.endOfRun(index + length, of: CodePointClass.letter.rawValue)
    }
    if classes & CodePointClass.number.rawValue != 0 { return index..<index + length }
    return index..<text.endOfOtherRun(index + length)
  }
}

extension TextCursor {
  /// True where `prefix` stands at `index`.
  func hasPrefix(_ prefix: [UInt8], at index: Int) -> Bool {
    guard count - index >= prefix.count else { return false }
    for (offset, byte) in prefix.enumerated() where bytes[index + offset] != byte { return false }
    return true
  }
}
