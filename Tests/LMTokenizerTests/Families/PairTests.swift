import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct PairTests {
  @Test func `two texts are joined as the template says, and a batch is its texts`() throws {
    var tokenizer = Tokenizer.bytes(specialTokens: ["<s>", "</s>"])
    #expect(try tokenizer.encode("a", "b") == .init(ids: [97, 98], typeIDs: [0, 1]))
    tokenizer.template = SequenceTemplate(
      prefix: [256], suffix: [257],
      pair: [.token(256, typeID: 0), .text(1, typeID: 3), .token(257, typeID: 1), .text(0, typeID: 0)])
    #expect(try tokenizer.encode("ab", "c") == .init(ids: [256, 99, 257, 97, 98], typeIDs: [0, 3, 1, 0, 0]))
    #expect(try tokenizer.encode("ab", "c", addSpecialTokens: false).ids == [99, 97, 98])
    let texts = (0..<100).map { "text \($0)" }
    #expect(try tokenizer.encode(batch: texts) == texts.map { try tokenizer.encode($0) })
    #expect(throws: LMError.self) { try tokenizer.encode(batch: ["a", "<s>"], specials: .refuse) }
    let folder = TemporaryDirectory()
    try tokenizer.save(to: folder.path)
    #expect(try Tokenizer.load(path: folder.path).template == tokenizer.template)
  }
}
