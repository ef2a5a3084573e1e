import LMRuntime
import LMTokenizer
import Testing

@Suite struct StreamingDecoderTests {
  @Test func `the pieces join to what decoding at once gives, and hold at most 3 bytes`() throws {
    let tokenizer = Tokenizer.bytes()
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      let text =
        RandomText.bytes(40, using: &generator) + Array(RandomText.hostile(8, using: &generator).utf8)
      let ids = text.map { Int32($0) }
      var decoder = StreamingDecoder(tokenizer)
      var streamed = ""
      for (position, id) in ids.enumerated() {
        streamed += try decoder.append(id)
        let whole = try tokenizer.decode(Array(ids[...position]))
        // What is still held shows as one U+FFFD at most when the text ends here.
        #expect(whole.unicodeScalars.count - streamed.unicodeScalars.count <= 1)
      }
      streamed += decoder.finish()
      #expect(Array(streamed.utf8) == Array(try tokenizer.decode(ids).utf8))
    }
  }

  @Test func `a character comes out with its last byte and an error at once`() throws {
    var decoder = StreamingDecoder(Tokenizer.bytes())
    #expect(try [0xF0, 0x9F, 0x98].map { try decoder.append($0) } == ["", "", ""])
    #expect(try decoder.append(0x80) == "😀")
    #expect(try decoder.append(0xE3) == "")
    #expect(try decoder.append(0x41) == "\u{FFFD}A")
    #expect(try decoder.append(0xFF) == "\u{FFFD}")
    #expect(try decoder.append(0xE3) == "")
    #expect(decoder.finish() == "\u{FFFD}")
    #expect(decoder.finish() == "")
  }

  @Test func `unknown ids are refused and special tokens can be seen`() throws {
    var decoder = StreamingDecoder(Tokenizer.bytes(), skipSpecialTokens: false)
    #expect(throws: LMError.self) { try decoder.append(-1) }
    #expect(throws: LMError.self) { try decoder.append(9999) }
    #expect(try decoder.append(257) == "<|eos|>")
  }
}
