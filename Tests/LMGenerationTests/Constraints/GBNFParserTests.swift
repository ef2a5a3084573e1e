import LMGeneration
import LMRuntime
import Testing

@Suite struct GBNFParserTests {
  private func accepts(_ grammar: String, _ text: String) throws -> Bool {
    try Grammar(gbnf: grammar, from: "g").accepts(text)
  }

  @Test(arguments: [
    (#"root ::= "a\n\t\r\\\"\x41\u00e9\U0001F600""#, "a\n\t\r\\\"Aé😀"), ("root ::= [a-c\\]\\-x]+", "ab]-x"),
    ("root ::= [^a-c\\n] [^] []?", "dé"), (#"root ::= . . "!""#, "日\n!"),
    ("# first\nroot ::= a # then\n  # more\na ::= \"x\" |\n  \"y\"\n", "y"),
    ("root ::= a\r\na ::= \"x\"\r\n", "x"),
    ("root ::= (\n \"a\"\n | \"b\"\n)+", "abba"), ("root ::= \"a\"\n  | \"b\"", "b"),
    ("root ::= \"a\" |", ""),
    ("root ::= \"ab\"{2} \"c\"{1,} \"d\"{0,2} [e]{ 2 , 3 }", "ababccdee"), ("root ::= \"\"", ""),
    ("root ::= ((\"a\"?)*)+ \"b\"??", "aab"), ("root::=a-b_1\na-b_1::=\"k\"", "k"),
    ("root ::= [\"\\\\#(]{4}", "\"\\#("),
    ("root ::= x{3}\nx ::= [0-9]{0,0} \"z\"", "zzz"), ("root ::= [\u{10FFFE}-\u{10FFFF}]", "\u{10FFFF}"),
  ]) func `the notation is llama_cpp's`(grammar: String, text: String) throws {
    #expect(try accepts(grammar, text))
    #expect(try !accepts(grammar, text + "\u{1}~"))
  }

  @Test(arguments: [
    ("", "g: has no rule \"root\""), ("a ::= \"x\"", "g: has no rule \"root\""),
    ("root ::= \"a\nb\"", "g, line 1, column 10: a literal without end"),
    ("root ::= b\nc ::= \"x\"", "g, line 1, column 10: the rule \"b\" is not defined"),
    ("root ::= \"a\"\n\n  root ::= \"b\"", "g, line 3, column 3: the rule \"root\" is defined twice"),
    ("root ::= [a-", "g, line 1, column 10: a class without end"),
    ("root ::= [z-a]", "g, line 1, column 11: a range"),
    (#"root ::= "\q""#, "g, line 1, column 11: the escape \\q"),
    (#"root ::= "\x4""#, "g, line 1, column 11: an escape"),
    (#"root ::= "\uD800""#, "g, line 1, column 11: an escape"),
    ("root ::= (\"a\"", "g, line 1, column 14: the end stands where"),
    ("root ::= \"a\" )", "g, line 1, column 14: \")\""),
    ("root ::= \"a\"{3,1}", "g, line 1, column 13: the repetition {3,1}"),
    ("root ::= \"a\"{x}", "g, line 1, column 14"), ("root ::= \"a\"{99999999999}", "g, line 1, column 14"),
    ("root = \"a\"", "g, line 1, column 6"), ("root ::= * \"a\"", "g, line 1, column 10"),
    ("é ::= \"a\"", "g, line 1, column 1"),
    (
      "root ::= root \"a\" | \"a\"",
      "g, line 1, column 1: the rule begins with itself (left recursion): \"root\" → \"root\""
    ),
    ("root ::= a \"x\"\na ::= b? c\nb ::= \"b\"\nc ::= a \"c\" | \"d\"", "left recursion"),
    ("root ::= \"a\" root", "g, line 1, column 1: no text at all fits"),
    ("root ::= []", "no text at all fits"),
    ("root ::= [a-z]{1,1000000}", "needs more than"), ("root ::= \"\"{900000000}", "needs more than"),
    ("root ::= (((\"a\"?){1000}){1000}){1000}", "needs more than"),
    ("root ::= " + String(repeating: "(", count: 5000), "groups inside each other"),
    ("root ::= \"a\"" + String(repeating: "*", count: 5000), "repetitions of one symbol"),
  ]) func `what is wrong is said with line and column`(grammar: String, message: String) {
    let start = ContinuousClock.now
    let error = #expect(throws: LMError.self) { _ = try Grammar(gbnf: grammar, from: "g") }
    #expect(error?.description.contains(message) ?? false, "\(String(describing: error))")
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func `many rules in a row`() throws {
    let rules = (0..<15_000).map { "r\($0) ::= \"a\" r\($0 + 1) | r\($0 + 1)" }
    let grammar = "root ::= r0\n" + rules.joined(separator: "\n") + "\nr15000 ::= \"b\""
    _ = try Grammar(gbnf: grammar, from: "g")
  }
}
