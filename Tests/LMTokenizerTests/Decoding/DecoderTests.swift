import LMRuntime
import LMTokenizer
import Testing

@Suite struct DecoderTests {
  /// A tokenizer whose ids are the given tokens.
  private func tokenizer(_ tokens: [String], _ decoder: Decoder?) -> Tokenizer {
    var vocabulary = Vocabulary()
    for token in tokens { vocabulary.append(token.utf8) }
    let model = WordLevelModel(vocabulary: vocabulary, modelCount: tokens.count, unknownID: nil)
    return Tokenizer(model: .wordLevel(model), decoder: decoder, addedTokens: [])
  }

  private func whole(_ tokens: [String], _ decoder: Decoder?) throws -> String {
    try tokenizer(tokens, decoder).decode((0..<Int32(tokens.count)).map { $0 })
  }

  private func stream(_ tokens: [String], _ decoder: Decoder?) throws -> [String] {
    var stream = StreamingDecoder(tokenizer(tokens, decoder))
    var parts: [String] = []
    for id in 0..<Int32(tokens.count) { parts.append(try stream.append(id)) }
    return parts + [stream.finish()]
  }

  private let llama = Decoder.sequence([
    .replace(TextPattern("▁"), " "), .byteFallback, .fuse, .strip(content: " ", start: 1, stop: 0),
  ])

  @Test func `llama's chain strips one space, and a malformed run is a mark for every byte`() throws {
    #expect(try whole(["▁▁Hi", "▁there", "<0xE6>", "<0xBC>", "<0xA2>"], llama) == " Hi there漢")
    #expect(try whole(["▁a", "<0x41>", "<0xE6>", "b"], llama) == "a\u{FFFD}\u{FFFD}b")
    #expect(
      try stream(["▁▁Hi", "▁there", "<0xE6>", "<0xBC>", "<0xA2>", "!"], llama) == [
        " Hi", " there", "", "", "漢", "!", "",
      ])
    #expect(
      try stream(["<0x41>", "<0xE6>", "b", "<0xE6>"], llama) == ["A", "", "\u{FFFD}b", "", "\u{FFFD}"])
    #expect(try stream(["▁", "a"], llama) == ["", "a", ""])
  }

  @Test func `word pieces join, and spaces before punctuation go`() throws {
    let tokens = ["do", "not", "play", "##ing", ".", "'", "s"]
    #expect(try whole(tokens, .wordPiece(prefix: "##", cleansUp: true)) == "do not playing. ' s")
    #expect(try stream(tokens, .wordPiece(prefix: "##", cleansUp: true)).joined() == "do not playing. ' s")
  }

  @Test func `suffixes, marks, repeats and plain tokens become text`() throws {
    #expect(try whole(["a", "b</w>", "c</w>"], .bpe(suffix: "</w>")) == "ab c")
    #expect(try stream(["a", "b</w>", "c</w>"], .bpe(suffix: "</w>")) == ["a", "b", " c", ""])
    #expect(try whole(["▁a", "▁b"], .metaspace(replacement: "▁", dropsFirst: true)) == "a b")
    #expect(try whole(["▁a", "▁b"], .metaspace(replacement: "▁", dropsFirst: false)) == " a b")
    #expect(try whole(["a", "b"], nil) == "a b")
    let ctc = Decoder.ctc(padding: "<pad>", delimiter: "|", cleansUp: true)
    let letters = ["<pad>", "h", "e", "l", "<pad>", "o", "|", "x"]
    let speech = tokenizer(letters, ctc)
    #expect(try speech.decode([0, 1, 1, 2, 3, 4, 3, 5, 6, 6, 7]) == "hello x")
  }

  @Test func `cleaning up as transformers holds back what may still go`() throws {
    var tokenizer = tokenizer(
      ["it", "▁", "is", "▁n", "'t", "▁.", "▁'", "s"], .metaspace(replacement: "▁", dropsFirst: false))
    tokenizer.cleansUpSpaces = true
    let ids: [Int32] = [0, 3, 4, 1, 2, 5, 6, 7, 6]
    #expect(try tokenizer.decode(ids) == "itn't is.'s '")
    var stream = StreamingDecoder(tokenizer)
    var text = ""
    for id in ids { text += try stream.append(id) }
    #expect(text + stream.finish() == "itn't is.'s '")
  }
}
