import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct WordPieceTokenizerTests {
  private let text = "The hugs of Zoë's pug: hugging, bun-like PUNS! hug hug pug pun bun hugs hugging 三"

  private func tokenizer(lowercases: Bool = true) throws -> Tokenizer {
    try WordPieceTrainer(vocabularySize: 80).tokenizer(lowercases: lowercases) { add in
      Array(text.utf8).withUnsafeBufferPointer(add)
    }
  }

  @Test func `it cuts its own text without unknown tokens, in lower case and in special tokens`() throws {
    let tokenizer = try tokenizer()
    #expect((0..<5).map { tokenizer.token($0) } == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    let ids = try tokenizer.encode(text)
    #expect(ids.first == 2 && ids.last == 3 && !ids.contains(1))
    #expect(try tokenizer.decode(ids, skipSpecialTokens: true).contains("zoe's pug"))
    #expect(try tokenizer.encode("☃", addSpecialTokens: false) == [1])
    let pair = try tokenizer.encode("hug", "pug pun")
    #expect(pair.ids.first == 2 && pair.ids.last == 3 && pair.typeIDs.first == 0 && pair.typeIDs.last == 1)
    let cased = try self.tokenizer(lowercases: false)
    #expect(
      cased.id("Z") != nil && tokenizer.id("Z") == nil && cased.id("ë") == nil && cased.id("##ë") != nil)
  }

  @Test func `mask and continued words`() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.maskID == 4 && Tokenizer.bytes().maskID == nil)
    for id in 0..<Int32(tokenizer.vocabularySize) {
      #expect(tokenizer.continuesWord(id) == (tokenizer.token(id)?.hasPrefix("##") ?? false))
    }
    var counts = WordCounts(pattern: .gpt2)
    counts.add(Array("one two, three two one".utf8))
    let bytes = try BPETrainer(vocabularySize: 280).train(counts)
    let ids = try bytes.encode("one two, ones", addSpecialTokens: false)
    let words = ids.map { (bytes.token($0) ?? "", bytes.continuesWord($0)) }
    #expect(words.allSatisfy { text, continues in continues == !(text.hasPrefix("Ġ") || text == ",") })
    // What tokenizer_config.json names counts first.
    var named = tokenizer
    named.configuration["mask_token"] = "[SEP]"
    #expect(named.maskID == 3)
    named.configuration["mask_token"] = ["content": "[CLS]"]
    #expect(named.maskID == 2)
  }
}
