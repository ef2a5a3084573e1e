import LMRuntime
import LMTokenizer
import Testing

@Suite struct PatternErrorTests {
  @Test(arguments: [
    ("a)", "character 2"), ("(a", "character 1"), ("[a", "character 1"), ("[]", "character 1"),
    ("*a", "character 1"),
    ("a\\", "character 2"), (#"\p{Foo}"#, "Foo"), (#"\pL"#, "without braces"), (#"a\1"#, "\\1"),
    (#"\G"#, "\\G"), (#"\K"#, "\\K"), (#"\X"#, "\\X"), (#"\R"#, "\\R"), ("(?x)a b", "option"),
    ("(?P<n>a)", "option"),
    ("(?(1)a|b)", "unknown kind"), ("(?~a)", "unknown kind"), ("[[:alpha:]]", "POSIX"),
    ("[z-a]", "before it begins"),
    ("a{3,2}", "before it begins"), ("a{5000}", "repetition"), ("(a{1000}){1000}", "steps"),
    ("(a*)*", "may be empty"),
    ("(?=a)?", "repetition of a position"), ("\\b?", "repetition of a position"),
    ("(?:ab)++", "possessive"), ("(?>a|ab)c", "atomic"), ("a+*?+", "quantifiers"), ("(?i:é)", "beyond ASCII"),
    ("(?i:straSSe)", "fold"), (#"(?i:\p{Lu})"#, "case"), (#"(?i:[\p{L}])"#, "case"), (#"\xFF"#, "byte"),
    (#"\x{110000}"#, "code point"),
    (#"\x{D800}"#, "code point"), (#"\u12"#, "code point"), ("[a-\\d]", "range"),
    ("(a|b)*a(a|b){14}", "states"),
    (String(repeating: "(", count: 100), "nesting"), (String(repeating: "[a", count: 100), "nesting"),
    (String(repeating: "a", count: 20_000), "characters"), (String(repeating: "a|", count: 5_000), "steps"),
    (String(repeating: "(?=aa)", count: 5), "look-arounds"),
  ]) func `what is malformed or not supported is named with its place`(pattern: String, expected: String) {
    do {
      _ = try PatternMatcher(pattern)
      Issue.record("\(pattern.prefix(40)) was accepted")
    } catch {
      #expect(error.description.contains(expected), "\(error)")
      #expect(error.place.hasPrefix("pattern"))
    }
  }

  @Test func `no pattern traps and none takes a second`() {
    var generator = SeededGenerator(seed: 11)
    let parts = [
      "a", "é", "\\", "\\p{", "L}", "\\p{L}", "\\s", "\\S", "[", "]", "^", "-", "&&", "(", ")", "(?:", "(?i:",
      "(?=", "(?!",
      "(?<=", "(?<!", "(?>", "|", "*", "+", "?", "{", "}", "1", ",", "9", "{2,9}", "{30}", "\\b", "$", "\\x{",
      ".", "0-z",
    ]
    let text = Array("It's 12,345 é\u{3000}漢字\r\n  x".utf8)
    let clock = ContinuousClock()
    for _ in 0..<3_000 {
      let count = Int.random(in: 1...14, using: &generator)
      let pattern = (0..<count).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
      let elapsed = clock.measure {
        guard let matcher = try? PatternMatcher(pattern) else { return }
        let pieces = PatternMatcherTests.pieces(matcher, of: text)
        if Array(pieces.joined()) != text { Issue.record("\(pattern): \(pieces)") }
      }
      #expect(elapsed < .seconds(1), "\(pattern)")
    }
  }
}
