import LMRuntime
import LMTokenizer
import Testing

@Suite struct PatternMatcherTests {
  /// What matches and what is between matches, in order: the pieces of an "Isolated" split.
  static func pieces(_ matcher: PatternMatcher, of text: [UInt8]) -> [[UInt8]] {
    text.withUnsafeBufferPointer { bytes in
      var scan = PatternScan(matcher, TextCursor(bytes))
      var pieces: [[UInt8]] = []
      var start = 0
      while let match = scan.next() {
        pieces.append(Array(text[start..<match.lowerBound]))
        pieces.append(Array(text[match]))
        start = match.upperBound
      }
      return (pieces + [Array(text[start...])]).filter { !$0.isEmpty }
    }
  }

  private func strings(_ pattern: String, _ text: String) throws -> [String] {
    Self.pieces(try PatternMatcher(pattern), of: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  static let vectors: [(String, String, [String])] = [
    ("a|ab", "ab", ["a", "b"]),
    ("ab|a", "ab", ["ab"]),
    ("a*?b", "aab", ["aab"]),
    ("a+?", "aa", ["a", "a"]),
    ("a??b", "ab", ["ab"]),
    ("(?:a|b)+?c", "abcab", ["abc", "ab"]),
    ("a{2,3}", "aaaaa", ["aaa", "aa"]),
    ("a{2,3}?", "aaaaa", ["aa", "aa", "a"]),
    ("a{,2}b", "aaab", ["a", "aab"]),
    ("a{2}", "aaaaa", ["aa", "aa", "a"]),
    ("x{a}", "x{a}", ["x{a}"]),
    ("(?i:'S|k)", "'ſ\u{212A}K", ["'ſ", "\u{212A}", "K"]),
    ("(?i)ab|C", "ABc", ["AB", "c"]),
    ("a(?i)b|c", "aBaCb", ["aB", "aC", "b"]),
    ("(?i:a(?-i:b))", "AbAB", ["Ab", "AB"]),
    ("a++b", "aab", ["aab"]),
    ("a++ab", "aaab", ["aaab"]),
    ("a*+a|b", "aab", ["aa", "b"]),
    ("a?+a", "aaa", ["aa", "a"]),
    ("(?>a+)b|a", "aac", ["a", "a", "c"]),
    ("(?=ab)a", "aab", ["a", "a", "b"]),
    ("a(?!b)", "abaa", ["ab", "a", "a"]),
    ("(?<=a)b", "bab", ["ba", "b"]),
    ("(?<!a)b", "bab", ["b", "ab"]),
    ("(?<=ab|c)x", "abxcxbx", ["ab", "x", "c", "x", "bx"]),
    ("^a|a$", "a\naba", ["a", "\n", "a", "b", "a"]),
    (#"\Aa|a\z"#, "aaa", ["a", "a", "a"]),
    (#"a\Z"#, "aa\n", ["a", "a", "\n"]),
    (#"\b\w"#, "é\na é漢", ["é", "\n", "a", " ", "é", "漢"]),
    (#"\bfoo\b"#, "foo food foo", ["foo", " food ", "foo"]),
    ("(?=(\\d{3})+(?!\\d))", "1234567 12", ["1", "234", "567 12"]),
    (#"\d{1,3}(?=(?:\d{3})*\b)"#, "1234567", ["1", "234", "567"]),
    ("[a-c&&[^b]]+", "abcca", ["a", "b", "cca"]),
    ("[^a-c&&[a-b]]", "abcd", ["ab", "c", "d"]),
    ("[a[b-c]-]+", "b-ad", ["b-a", "d"]),
    ("[]a]".replacing("[]", with: "[\\]"), "]ab", ["]", "a", "b"]),
    (".+", "a\nb", ["a", "\n", "b"]),
    ("(?m:.+)", "a\nb", ["a\nb"]),
    (#"\x{1F600}|\u00e9|\t"#, "é😀\t", ["é", "😀", "\t"]),
    (#"\p{Han}+|\p{^L}+"#, "漢字ab12", ["漢字", "ab", "12"]),
    ("(?<word>a)(?#comment)b", "ab", ["ab"]),
    ("", "ab", ["a", "b"]),
    ("a*", "baac", ["b", "aa", "c"]),
  ]

  @Test(arguments: vectors) func `known patterns match as Oniguruma does`(
    pattern: String, text: String, expected: [String]
  ) throws {
    let found = try strings(pattern, text)
    #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(pattern): \(found)")
  }

  @Test func `a byte that is no UTF-8 is one character in no property`() throws {
    let text: [UInt8] = [0x61, 0xFF, 0xE6, 0xBC, 0x62, 0xC3, 0xA9]
    #expect(
      Self.pieces(try PatternMatcher(#"\P{L}"#), of: text) == [
        [0x61], [0xFF], [0xE6], [0xBC], [0x62, 0xC3, 0xA9],
      ])
    #expect(Self.pieces(try PatternMatcher(#"\p{C}|\s"#), of: text) == [text])
    #expect(
      Self.pieces(try PatternMatcher(#"(?<!\p{L})\p{L}"#), of: text) == [
        [0x61], [0xFF, 0xE6, 0xBC], [0x62], [0xC3, 0xA9],
      ])
  }

  @Test(arguments: SplitPattern.allCases) func `the patterns of the hand-written splitters give their pieces`(
    pattern: SplitPattern
  ) throws {
    let matcher = try PatternMatcher(pattern.regex)
    var generator = SeededGenerator(seed: 7)
    for length in [0, 1, 2, 7, 31, 64, 65, 300] {
      for _ in 0..<150 {
        for text in [
          RandomText.bytes(length, using: &generator),
          Array(RandomText.hostile(length, using: &generator).utf8),
        ] where Self.pieces(matcher, of: text) != pattern.pieces(of: text) {
          Issue.record("\(pattern): \(text)")
          return
        }
      }
    }
  }

  @Test(arguments: PublishedPatterns.all.map(\.name))
  func `published patterns are accepted and pieces join to the text`(
    name: String
  ) throws {
    let pattern = try #require(PublishedPatterns.all.first { $0.name == name }).pattern
    let matcher = try PatternMatcher(pattern)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<100 {
      let text = RandomText.bytes(100, using: &generator)
      #expect(Array(Self.pieces(matcher, of: text).joined()) == text)
    }
  }

  @Test func `a match from any start is the one that a scan from there finds`() throws {
    let matcher = try PatternMatcher(PublishedPatterns.all[0].pattern)
    let text = Array("it's  a test\n".utf8)
    text.withUnsafeBufferPointer { bytes in
      let cursor = TextCursor(bytes)
      #expect(matcher.nextMatch(in: cursor, from: 0) == 0..<2)
      #expect(matcher.nextMatch(in: cursor, from: 2) == 2..<4)
      #expect(matcher.nextMatch(in: cursor, from: 4) == 4..<5)
      #expect(matcher.nextMatch(in: cursor, from: 12) == 12..<13)
      #expect(matcher.nextMatch(in: cursor, from: 13) == nil)
    }
  }

  /// Patterns that make backtracking engines, or restarts, take quadratic or exponential time.
  @Test(arguments: [
    ("(?:a|a)*b|a", "a"), (".*x|.", "a"), ("(?:a*){1}b|a", "a"), ("(?=.*x).", "a"), (#"\s+$"#, " x"),
    (#"(?:\p{L}+ )+1| "#, "ab "), ("(?:a?){1}(?:a|b)*c", "ab"), ("(?<=a.*b)c|b", "ab"),
  ]) func `time is linear in the text`(pattern: String, unit: String) throws {
    let matcher = try PatternMatcher(pattern)
    func seconds(_ count: Int) -> Double {
      let text = Array(String(repeating: unit, count: count / unit.utf8.count).utf8)
      return text.withUnsafeBufferPointer { bytes in
        let clock = ContinuousClock()
        return (0..<3).map { _ in
          let elapsed = clock.measure {
            var scan = PatternScan(matcher, TextCursor(bytes))
            while scan.next() != nil {}
          }
          return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        }.min() ?? 0
      }
    }
    let small = seconds(60_000)
    let large = seconds(600_000)
    // Ten times the text: ten times the time, and not the hundred times of a quadratic search. The second
    // term allows for a clock that other work disturbs.
    #expect(large < 30 * small + 0.05, "\(pattern): \(small) s, then \(large) s")
  }
}
