import Foundation
import StoryGrammar
import Testing

@Suite struct GrammarTests {
  /// Two cats of which one is named; "a" and "an"; a remainder that depends on a number.
  static let text = """
    @table cat: name he
      Tom | he
      Ann | she
    @pick cat: cat
    @pick other: cat unlike cat
    @number first: 2...5
    @number less: 1...first-1
    story =
      {Cat} met {other}[ by {a} (oak|pond)].
      --
      {First} less {less} is {first-less}, {cat.he} said.
    """

  @Test func variablesStayBound() throws {
    let grammar = try Grammar(text: Self.text)
    var random = RandomStream(seed: 7)
    for _ in 0..<200 {
      let text = try grammar.tell(using: &random).text
      #expect(text.contains("Tom met Ann") == text.contains(", he said"))
      #expect(!text.contains("a oak") && !text.contains("an pond"))
    }
  }

  /// Every text of the grammar, each once: the probabilities that the parser finds must sum to 1.
  @Test func probabilitiesSumToOne() throws {
    let grammar = try Grammar(text: Self.text)
    var random = RandomStream(seed: 1)
    var texts: Set<String> = []
    for _ in 0..<5000 { texts.insert(try grammar.tell(using: &random).text) }
    #expect(texts.count == 2 * 3 * (1 + 2 + 3 + 4))
    let total = try texts.reduce(0.0) { try $0 + exp2(-grammar.derivations(of: $1).bits) }
    #expect(abs(total - 1) < 1e-12)
  }

  /// "aa" is nothing+aa, a+a and aa+nothing, of probability 1/9 each: 1/3 in all.
  @Test func ambiguityIsCounted() throws {
    let grammar = try Grammar(text: "story: (a|aa|)(a|aa|)")
    let derivations = try grammar.derivations(of: "aa")
    #expect(derivations.count == 3)
    #expect(abs(derivations.bits - log2(3)) < 1e-12)
    #expect(try grammar.derivations(of: "b").count == 0)
  }

  @Test func guardsOpenAndClose() throws {
    let grammar = try Grammar(text: "story: ({x=1}one|{x=2}two), (?x=1 uno|?x!=1 dos)")
    #expect(try grammar.derivations(of: "one, uno").bits == 1)
    #expect(try grammar.derivations(of: "two, uno").count == 0)
  }

  @Test(arguments: ["rule: a", "story: {nobody}", "story: (a|b", "story: a\nother: b", "story: a\nstory: b"])
  func faultsAreTold(text: String) {
    #expect(throws: GrammarError.self) { try Grammar(text: text) }
  }

  @Test(arguments: [
    (0, "zero", "零"), (12, "twelve", "十二"), (45, "forty-five", "四十五"), (110, "one hundred and ten", "一百一十"),
  ])
  func numberWords(value: Int, english: String, chinese: String) {
    #expect(Grammar.Language.english.words(value, .plain) == english)
    #expect(Grammar.Language.chinese.words(value, .plain) == chinese)
  }

  /// First outputs of xoshiro256** seeded by SplitMix64(0), as other implementations give them.
  @Test func randomStreamIsTheReference() {
    var random = RandomStream(seed: 0)
    #expect([random.next(), random.next()] == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A])
  }
}
