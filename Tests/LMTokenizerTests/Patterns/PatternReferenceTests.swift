import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

/// The same pieces as Hugging Face's tokenizers, whose engine is Oniguruma.
@Suite struct PatternReferenceTests {
  /// Where the pieces of each text end, in bytes, as `Split(Regex(pattern), "isolated")` cuts it; nil where the
  /// pattern is not accepted.
  private func reference(_ patterns: [String], _ texts: [String]) throws -> [[[Int]]?]? {
    let folder = TemporaryDirectory()
    let input = JSON.object([
      "patterns": .array(patterns.map { .string($0) }), "texts": .array(texts.map { .string($0) }),
    ])
    let path = try folder.write("input.json", Array(input.text().utf8))
    guard let lines = try Reference.run([path], script: "reference_patterns.py") else { return nil }
    return patterns.indices.map { pattern in
      let answers = lines[pattern * texts.count..<(pattern + 1) * texts.count]
      if answers.contains("refused") { return nil }
      return answers.map { line in line.split(separator: " ").compactMap { Int($0) } }
    }
  }

  private func ends(_ pieces: [[UInt8]]) -> [Int] {
    var end = 0
    return pieces.map {
      end += $0.count
      return end
    }
  }

  private func compare(_ patterns: [String], _ texts: [String]) throws {
    guard let expected = try reference(patterns, texts) else { return }
    for (pattern, expected) in zip(patterns, expected) {
      guard let expected else {
        Issue.record("the reference refuses \(pattern)")
        continue
      }
      let matcher = try PatternMatcher(pattern)
      let wrong = zip(texts, expected).first { text, expected in
        ends(PatternMatcherTests.pieces(matcher, of: Array(text.utf8))) != expected
      }
      if let (text, expected) = wrong {
        let found = ends(PatternMatcherTests.pieces(matcher, of: Array(text.utf8)))
        Issue.record("\(pattern) on \(JSON.quoted(text)): \(found), expected \(expected)")
      }
    }
  }

  @Test func `published patterns cut random text as the reference does`() throws {
    var generator = SeededGenerator(seed: 21)
    var texts = (0..<300).map { RandomText.hostile(1 + $0 % 40, using: &generator) }
    // Digits, letters of many scripts and what stands between.
    let alphabet = Array(
      "aZé ߷漢ひカ한ก၀1234567890²Ⅳ.,!?。،'\n\r\t \u{3000}\u{301}\u{200D}ⒶＡ😀µſ<>_-".unicodeScalars)
    texts += (0..<300).map { _ in
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 1...30, using: &generator) {
        text.append(alphabet.randomElement(using: &generator) ?? "a")
      }
      return String(text)
    }
    texts.append(String(repeating: " ", count: 1_100) + "x")
    try compare(PublishedPatterns.all.map(\.pattern), texts)
  }

  @Test func `known patterns cut known texts as the reference does`() throws {
    let vectors = PatternMatcherTests.vectors.filter { !$0.0.isEmpty }
    try compare(vectors.map(\.0), vectors.map(\.1))
  }

  @Test func `properties have the code points of the reference`() throws {
    let properties = [
      #"\w"#, #"[\w]"#, #"\W"#, #"[^\w]"#, #"\b"#, #"\s"#, #"\d"#, #"\p{L}"#, #"\p{M}"#, #"\p{N}"#, #"\p{P}"#,
      #"\p{S}"#, #"\p{Z}"#, #"\p{Cc}"#, #"\p{Han}"#,
      #"\p{Hiragana}"#, #"\p{Katakana}"#, #"\p{Latin}"#, #"\p{Thai}"#, #"(?i:[^a-z])"#, #"(?i:\p{L})"#,
      #"(?i:[sk\s]+)"#,
    ]
    var texts: [String] = []
    // Beyond are only tags, private use and what is not assigned.
    for start in stride(from: 1, to: 0x32000, by: 4096) {
      var text = String.UnicodeScalarView()
      for value in start..<start + 4096 {
        if let scalar = Unicode.Scalar(UInt32(value)) { text.append(scalar) }
      }
      if !text.isEmpty { texts.append(String(text)) }
    }
    try compare(properties, texts)
  }

  @Test func `random small patterns match as the reference does`() throws {
    var generator = SeededGenerator(seed: 31)
    let atoms = [
      "a", "b", "c", ".", "[ab]", "[^a]", "\\w", "\\s", "\\p{L}", "(?:a|ab)", "(?:b|)", "(?=b)", "(?!a)",
      "(?<=a)", "\\b", "$", "^", "(?=.*c)", "(?<!ab)",
    ]
    let quantifiers = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{2,}", "{1,2}?"]
    var patterns: [String] = []
    while patterns.count < 400 {
      let pattern = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        (Int.random(in: 0..<6, using: &generator) == 0 ? "|" : "")
          + (atoms.randomElement(using: &generator) ?? "")
          + (quantifiers.randomElement(using: &generator) ?? "")
      }.joined()
      if (try? PatternMatcher(pattern)) != nil { patterns.append(pattern) }
    }
    let texts = (0..<60).map { _ in
      (0..<Int.random(in: 0...9, using: &generator)).map { _ in
        ["a", "b", "c", " ", "\n", "é"].randomElement(using: &generator) ?? ""
      }.joined()
    }
    try compare(patterns, texts)
  }

  @Test(arguments: [
    [#"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+", "deepseek-v3"], [#"\d{1,3}(?=(?:\d{3})*\b)"#, "kimi-k2"], ["tekken"],
  ]) func `a tokenizer with patterns of its own gives the ids of the reference`(names: [String]) throws {
    guard let path = SharedData.path("tokenizers/hf/gpt2.tokenizer.json") else { return }
    var splits = names.map { name in
      JSON.object([
        "type": "Split", "behavior": "Isolated", "invert": false,
        "pattern": ["Regex": .string(PublishedPatterns.all.first { $0.name == name }?.pattern ?? name)],
      ])
    }
    splits.append(["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false])
    var document = try JSONField(JSON.read(path), in: path).object()
    document["pre_tokenizer"] = ["type": "Sequence", "pretokenizers": .array(splits)]
    let folder = TemporaryDirectory()
    let tokenizerPath = try folder.write("tokenizer.json", Array(JSON.object(document).text().utf8))
    let tokenizer = try Tokenizer.load(path: tokenizerPath)
    var generator = SeededGenerator(seed: 51)
    let texts = (0..<20).map { _ in RandomText.hostile(200, using: &generator) + "1234567 漢字かな 12,345.678" }
    let files = try texts.enumerated().map { try folder.write("\($0)", Array($1.utf8)) }
    guard let expected = try Reference.ids("hf", tokenizerPath, files) else { return }
    for (text, expected) in zip(texts, expected) { #expect(try tokenizer.encode(text) == expected) }
  }
}
