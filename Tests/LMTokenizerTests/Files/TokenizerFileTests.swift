import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct TokenizerFileTests {
  static let valid = """
    {"added_tokens": [{"id": 4, "content": "<e>", "special": true}], "normalizer": null,
     "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "decoder": {"type": "ByteLevel"},
     "model": {"vocab": {"a": 0, "b": 1, "ab": 2, "\\u0120": 3}, "merges": [["a", "b"]], "unk_token": null}}
    """

  private func load(_ text: String) throws -> Tokenizer {
    try TokenizerFile.tokenizer(JSONField(JSON.parse(text, from: "t.json"), in: "t.json"))
  }

  @Test func `a small file is read, also with merges as lines and without unknown bytes`() throws {
    for text in [Self.valid, Self.valid.replacing(#"["a", "b"]"#, with: #""a b""#)] {
      let tokenizer = try load(text)
      #expect(try tokenizer.encode("ab ba<e>xa", specials: .allowed) == [2, 3, 1, 0, 4, 0])
      #expect(tokenizer.token(3) == "Ġ")
      #expect(tokenizer.id("<e>") == 4)
      #expect(tokenizer.vocabularySize == 5)
    }
    let unknown = try load(
      Self.valid.replacing("\"unk_token\": null", with: "\"unk_token\": \"Ġ\", \"fuse_unk\": true"))
    #expect(try unknown.encode("axxa") == [0, 3, 0])
  }

  @Test(arguments: [
    (#""a": 0"#, #""a": 1"#, "model.vocab.b"),
    (#""a": 0"#, #""a": -1"#, "model.vocab.a"),
    (#""a": 0"#, #""a": 2000000000"#, "model.vocab.a"),
    (#""a": 0"#, #""a": "0""#, "model.vocab.a"),
    (#""id": 4"#, #""id": 1000000"#, "model.vocab"),
    (#""id": 4, "#, "", "added_tokens[0].id"),
    (#"["a", "b"]"#, #"["a", "z"]"#, "model.merges[0]"),
    (#"["a", "b"]"#, #"["b", "a"]"#, "model.merges[0]"),
    (#"["a", "b"]"#, #""ab""#, "model.merges[0]"),
    (#"["a", "b"]"#, #"["a"]"#, "model.merges[0]"),
    (#"["a", "b"]"#, "7", "model.merges[0]"),
    (#""merges": "#, #""other": "#, "merges"),
    (#""vocab": "#, #""other": "#, "model.vocab"),
    (#""model": {"#, #""model": {"type": "Unigram", "#, "model.vocab"),
    (#""model": {"#, #""model": {"dropout": 0.1, "#, "model.dropout"),
    (#""model": {"#, #""model": {"type": "Nope", "#, "model.type"),
    (#""normalizer": null"#, #""normalizer": {"type": "Nope"}"#, "normalizer.type"),
    (
      #""normalizer": null"#, #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "//8="}"#,
      "normalizer.precompiled_charsmap"
    ),
    (
      #""pre_tokenizer": {"type": "ByteLevel""#, #""pre_tokenizer": {"type": "Nope""#,
      "pre_tokenizer.type"
    ),
    (
      #""pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}"#,
      #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"String": "x"}, "behavior": "Nope"}, {"type": "ByteLevel"}]}"#,
      "pre_tokenizer.pretokenizers[0].behavior"
    ),
    (
      #""pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}"#,
      #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "(x"}, "behavior": "Isolated"}, {"type": "ByteLevel", "use_regex": false}]}"#,
      "pattern.Regex"
    ),
    (#""unk_token": null"#, #""unk_token": "zz""#, "model.unk_token"),
    (#""decoder": {"type": "ByteLevel"}"#, #""decoder": {"type": "Nope"}"#, "decoder.type"),
  ]) func `an error names the file and the key`(old: String, new: String, key: String) {
    let text = Self.valid.replacing(old, with: new)
    #expect(text != Self.valid)
    do {
      _ = try load(text)
      Issue.record("accepted \(new)")
    } catch {
      #expect("\(error)".hasPrefix("t.json"))
      #expect("\(error)".contains(key), "\(error)")
    }
  }

  @Test func `ids may have gaps, and an added token never takes the id of another one`() throws {
    let gap = try load(Self.valid.replacing(#""\u0120": 3"#, with: #""\u0120": 9"#))
    #expect(gap.vocabularySize == 10)
    #expect(gap.token(5) == nil)
    #expect(try gap.encode("ab ", specials: .allowed) == [2, 9])
    #expect(throws: LMError.self) { try gap.decode([5]) }
    let moved = try load(Self.valid.replacing(#""id": 4"#, with: #""id": 0"#))
    #expect(moved.id("<e>") == 4)
    #expect(moved.token(0) == "a")
  }

  @Test func `any prefix of a file is refused without a trap`() throws {
    for length in 0..<Self.valid.utf8.count - 1 {
      let prefix = Array(Self.valid.utf8.prefix(length))
      #expect(throws: LMError.self) { try JSON.parse(prefix, from: "t.json") }
    }
  }

  @Test func `what is saved is read again the same, and Hugging Face opens it`() throws {
    var counts = WordCounts(pattern: .gpt2)
    counts.add(Array("the cat sat on the mat, the cat sat".utf8))
    for pattern in SplitPattern.allCases {
      let folder = TemporaryDirectory()
      var counts = WordCounts(pattern: pattern)
      counts.add(Array("the cat sat on the mat 123456, The CAT's sat\n\n".utf8))
      var tokenizer = try BPETrainer(vocabularySize: 280).train(counts)
      tokenizer.template = SequenceTemplate(prefix: tokenizer.bosID.map { [$0] } ?? [])
      try tokenizer.save(to: folder.path)
      let text = "The cat's 12345 mat漢<|eos|>\r\n\n"
      let again = try Tokenizer.load(path: folder.path)
      let ids = try tokenizer.encode(text, specials: .allowed)
      #expect(try again.encode(text, specials: .allowed) == ids)
      #expect(ids.first == tokenizer.bosID)
      #expect(again.specialIDs == tokenizer.specialIDs)
      #expect(again.addedTokens == tokenizer.addedTokens)
      let file = try folder.write("text.txt", Array(text.utf8))
      if let reference = try Reference.ids("hf", folder.path + "/tokenizer.json", [file]) {
        #expect(reference == [ids])
      }
    }
  }

  @Test func `transformers opens the byte tokenizer with its special ids`() throws {
    let folder = TemporaryDirectory()
    let tokenizer = Tokenizer.bytes()
    try tokenizer.save(to: folder.path)
    let text = "aé漢\n ~<|eos|>"
    let file = try folder.write("text.txt", Array(text.utf8))
    let ids = try tokenizer.encode(text, specials: .allowed)
    #expect(ids == "aé漢\n ~".utf8.map { Int32($0) } + [257])
    #expect(try Tokenizer.load(path: folder.path).encode(text, specials: .allowed) == ids)
    guard let lines = try Reference.run(["transformers", folder.path, file]) else { return }
    #expect(lines[0].split(separator: " ").compactMap { Int32($0) } == ids)
    #expect(lines[1] == "256 257 258")
  }

  @Test func `a config that names a missing token and a missing folder are refused`() throws {
    let folder = TemporaryDirectory()
    try Tokenizer.bytes().save(to: folder.path)
    _ = try folder.write("tokenizer_config.json", Array(#"{"bos_token": "<nope>"}"#.utf8))
    #expect(throws: LMError.self) { try Tokenizer.load(path: folder.path) }
    #expect(throws: LMError.self) { try Tokenizer.load(path: folder.path + "/none") }
    let unnamed = try folder.write("mine.tiktoken", Array("IQ== 0\n".utf8))
    #expect(throws: LMError.self) { try Tokenizer.load(path: unnamed) }
    let cut = try folder.write("r50k_base.tiktoken", Array("IQ== 0\nIg== x\n".utf8))
    #expect(throws: LMError.self) { try Tokenizer.load(path: cut) }
  }

}
