import LMRuntime
import LMTokenizer
import Testing

@Suite struct DifferentialTemplateTests {
  private static let variables = """
    {"x": 5, "y": -2.5, "s": "Hello, World", "l": [3, "b", null, 1.5, [1], {"a": 2}], "t": [{"a": 1, "b": "x"}, {"a": 2}],
     "d": {"a": 1, "b": [1, 2], "C": {"n": null}, "é": "ü"}, "m": {"items": 1, "get": "g"}}
    """

  /// Renders templates on both sides and records where they differ.
  private func compare(_ sources: [String]) throws {
    guard case .object(let variables) = try JSON.parse(Self.variables, from: "variables") else { return }
    let chat = JinjaReference.Chat(messages: [], variables: variables)
    let pairs = sources.indices.map { ($0, 0) }
    guard let expected = try JinjaReference.outcomes(sources, [chat], pairs: pairs) else { return }
    var texts = 0
    var differing = 0
    for (source, expected) in zip(sources, expected) {
      let outcome: JinjaReference.Outcome
      do { outcome = chat.outcome(try ChatTemplate(source)) } catch { outcome = .failed("\(error)") }
      switch (outcome, expected) {
      case (.text(let a), .text(let b)) where a.utf8.elementsEqual(b.utf8): texts += 1
      case (.raised(let a), .raised(let b)) where a == b: break
      case (.failed, .failed): break
      // Addresses, integers beyond 64 bits.
      case (.text, .text(let b)) where b.lowercased().contains("object at 0x"): break
      case (.text, .text(let b)) where b.lowercased().contains("method"): break
      case (.failed(let problem), _) where problem.contains("64 bits"): break
      default:
        differing += 1
        if differing <= 40 { Issue.record("\(source.debugDescription): \(outcome) instead of \(expected)") }
      }
    }
    print("\(texts) texts and \(sources.count - texts - differing) errors of \(sources.count) are equal")
    #expect(texts > sources.count / 4)
    #expect(differing == 0)
  }

  @Test func `random expressions have the values of Jinja2`() throws {
    var random = RandomTemplate(generator: SeededGenerator(seed: 21))
    try compare((0..<1_500).map { _ in "{{ " + random.expression(3) + " }}" })
  }

  @Test func `random templates render as with Jinja2`() throws {
    var random = RandomTemplate(generator: SeededGenerator(seed: 22))
    try compare((0..<1_000).map { _ in random.template() })
  }

  @Test func `random formats give the texts of Python`() throws {
    var random = RandomTemplate(generator: SeededGenerator(seed: 23))
    try compare((0..<1_000).map { _ in random.format() })
  }
}
