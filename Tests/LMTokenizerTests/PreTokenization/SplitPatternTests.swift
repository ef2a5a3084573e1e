import LMTokenizer
import Testing

@Suite struct SplitPatternTests {
  static let vectors: [(SplitPattern, String, [String])] = [
    (.gpt2, "I'll  say 'RE 12ab!", ["I", "'ll", " ", " say", " '", "RE", " 12", "ab", "!"]),
    (.gpt2, "today\n ", ["today", "\n "]),
    (.gpt2, "a\n\n b", ["a", "\n\n", " b"]),
    (.gpt2, "\u{3000}x", ["\u{3000}", "x"]),
    (.gpt2, "'ſ", ["'", "ſ"]),
    (
      .llama3, "I'LL go'ſ 12345\r\n\r\n  x",
      ["I", "'LL", " go", "'ſ", " ", "123", "45", "\r\n\r\n", " ", " x"]
    ),
    (.llama3, "\u{3000}x \u{85}0", ["\u{3000}x", " ", "\u{85}", "0"]),
    (.llama3, "!!\n\nx /\n", ["!!\n\n", "x", " /\n"]),
    (.cl100k, "today\n ", ["today", "\n", " "]),
    (.qwen2, "v12 ²Ⅳ", ["v", "1", "2", " ", "²", "Ⅳ"]),
    (.o200k, "HTMLParser don'T Aʰb", ["HTMLParser", " don'T", " Aʰb"]),
    (.o200k, "aBC//\n\nx", ["a", "BC", "//\n\n", "x"]),
    (.o200k, "\u{301}ABC x", ["\u{301}", "ABC", " x"]),
    (.o200k, "ʰAB 1234", ["ʰ", "AB", " ", "123", "4"]),
  ]

  @Test(arguments: vectors) func `known texts are cut as the pattern says`(
    pattern: SplitPattern, text: String, expected: [String]
  ) {
    let pieces = pattern.pieces(of: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    #expect(pieces.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(pieces)")
  }

  @Test(arguments: SplitPattern.allCases) func `pieces are never empty and join to the text`(
    pattern: SplitPattern
  ) {
    var generator = SeededGenerator(seed: 1)
    for length in [0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 1000] {
      for text in [
        RandomText.bytes(length, using: &generator),
        Array(RandomText.hostile(length, using: &generator).utf8),
      ] {
        let pieces = pattern.pieces(of: text)
        #expect(pieces.allSatisfy { !$0.isEmpty })
        #expect(Array(pieces.joined()) == text)
      }
    }
  }

  /// Windows are used where 128 bytes follow, so a short text is cut without them and a longer one with them.
  @Test(arguments: SplitPattern.allCases)
  func `windows of masks cut as the search for one end after the other`(
    pattern: SplitPattern
  ) {
    let parts = [
      " ", " ", "  ", "\n", "\r\n", "\t", "a", "bc", "The", "B", "XYZ", "1", "23", "4567", "'s", "'LL", "'rE",
      "'",
      "''", "/", ".", "...", "(", "\n/", "\n \n", "é", "\u{3000}", "'ſ", "日本",
    ]
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<4000 {
      var text = ""
      while text.utf8.count < 100 { text += parts[Int.random(in: 0..<parts.count, using: &generator)] }
      // Behind a letter a space and a letter, so that what follows does not change how the text is cut.
      let bytes = Array(text.utf8) + Array("a z".utf8)
      let long = pattern.pieces(of: bytes + Array(repeating: UInt8(ascii: "z"), count: 128))
      #expect(
        Array(long.dropLast()) == Array(pattern.pieces(of: bytes).dropLast()), "\(text.debugDescription)")
    }
  }

  @Test(arguments: SplitPattern.allCases) func `where a cut is safe a piece ends`(pattern: SplitPattern) {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<200 {
      let text = Array(RandomText.hostile(60, using: &generator).utf8)
      var ends: Set<Int> = [0]
      var end = 0
      for piece in pattern.pieces(of: text) {
        end += piece.count
        ends.insert(end)
      }
      text.withUnsafeBufferPointer { buffer in
        for start in 0..<text.count {
          let cut = TextCursor(buffer).safeCut(atOrAfter: start)
          #expect(ends.contains(cut), "\(cut) in \(text)")
        }
      }
    }
  }

  @Test func `a pattern is known again by its regular expression`() {
    for pattern in SplitPattern.allCases {
      let expected = pattern == .cl100k ? .llama3 : pattern
      #expect(SplitPattern(regex: pattern.regex) == expected)
    }
    #expect(SplitPattern(regex: #"\w+|[^\w\s]+"#) == nil)
  }
}
