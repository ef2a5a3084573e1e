import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct TokenizerGGUFTests {
  /// What comes back when a tokenizer is written as GGUF and read again.
  private func rewritten(_ tokenizer: Tokenizer, extra: Int = 0) throws -> (GGUFVocabulary, Tokenizer) {
    var metadata = GGUFMetadata()
    try tokenizer.addGGUFVocabulary(
      to: &metadata, vocabularySize: tokenizer.vocabularySize + extra, at: "test")
    let head = try GGUFWriter(metadata, []).head
    let vocabulary = try head.withUnsafeBytes { try GGUFVocabulary(GGUFFile($0, from: "t.gguf")) }
    return (vocabulary, try Tokenizer(vocabulary, from: "t.gguf"))
  }

  @Test(arguments: [
    ("hf/gpt2.tokenizer.json", "gpt2", "gpt-2"), ("hf/llama3.derived.tokenizer.json", "gpt2", "llama-bpe"),
    ("hf/qwen2.derived.tokenizer.json", "gpt2", "qwen2"), ("hf/llama2.tokenizer.json", "llama", "default"),
    ("sentencepiece/llama2.model", "llama", "default"),
    ("tiktoken/cl100k_base.tiktoken", "gpt2", "llama-bpe"),
    ("tiktoken/o200k_base.tiktoken", "gpt2", "gpt-4o"),
  ])
  func `published tokenizers come back with the same ids`(file: String, model: String, pre: String) throws {
    guard let path = SharedData.path("tokenizers/" + file) else { return }
    let tokenizer = try Tokenizer.load(path: path)
    let (vocabulary, read) = try rewritten(tokenizer)
    #expect(vocabulary.model == model && vocabulary.preTokenizer == pre)
    #expect(vocabulary.count == tokenizer.vocabularySize)
    #expect(read.specialIDs == tokenizer.specialIDs || model == "bert")
    var generator = SeededGenerator(seed: 3)
    for length in 0..<200 {
      let text = RandomText.hostile(length % 50, using: &generator) + " The quick brown fox's\n  42 "
      let ids = try tokenizer.encode(text, specials: .asText, addSpecialTokens: false)
      #expect(
        try read.encode(text, specials: .asText, addSpecialTokens: false) == ids, "\(text.debugDescription)")
      #expect(try read.decode(ids) == tokenizer.decode(ids))
    }
  }

  @Test func `tokens, special ids and templates are kept, and the rest of the model's ids filled up`() throws
  {
    var tokenizer = Tokenizer.bytes()
    tokenizer.configuration["chat_template"] = "{{ messages }}"
    let (vocabulary, read) = try rewritten(tokenizer, extra: 3)
    #expect(
      vocabulary.count == tokenizer.vocabularySize + 3
        && vocabulary.types?.suffix(3) == [.unused, .unused, .unused])
    #expect(
      read.specialIDs == tokenizer.specialIDs && vocabulary.chatTemplates == ["default": "{{ messages }}"])
    #expect(vocabulary.addsBegin == true && read.putsBeginInFront)
    let bytes = (0...255).map { UInt8($0) }
    #expect(
      try read.encode(bytes: bytes, specials: .asText).suffix(256)
        == tokenizer.encode(bytes: bytes, specials: .asText).suffix(256))
    tokenizer.configuration["add_bos_token"] = false
    #expect(try rewritten(tokenizer).0.addsBegin == false)
    #expect(try !rewritten(tokenizer).1.putsBeginInFront)
  }

  @Test func `what GGUF has no words for is refused`() throws {
    let folder = TemporaryDirectory()
    let documents = [
      #"{"model": {"type": "WordLevel", "vocab": {"a": 0, "u": 1}, "unk_token": "u"}}"#,
      #"""
      {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "[a-z]"},
       "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
       "decoder": {"type": "ByteLevel"},
       "model": {"type": "BPE", "vocab": {"a": 0, "t": 1, "at": 2, "h": 3, "e": 4, "he": 5}, "merges": ["a t", "h e"]}}
      """#,
      #"""
      {"normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
       "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": {"t": 0, "d": 1}, "merges": []}}
      """#,
    ]
    for document in documents {
      try folder.write("tokenizer.json", Array(document.utf8))
      let tokenizer = try Tokenizer.load(path: folder("tokenizer.json"))
      #expect(throws: LMError.self) { _ = try rewritten(tokenizer) }
    }
  }
}
