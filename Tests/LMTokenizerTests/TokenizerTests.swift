import Glibc
import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct TokenizerTests {
  static let hf = ["gpt2", "llama3.derived", "qwen2.derived"].map { "tokenizers/hf/\($0).tokenizer.json" }
  static let ranks = ["r50k_base", "cl100k_base", "o200k_base"].map { "tokenizers/tiktoken/\($0).tiktoken" }
  static let corpora = ["corpora/pride_and_prejudice.txt", "corpora/wagahai.txt"]

  /// Every byte value after "a" and before "b" as Latin-1 text, then hostile and long strings.
  private static func hostileTexts() -> [String] {
    var generator = SeededGenerator(seed: 11)
    let bytes = (0...255).map { "a\(Unicode.Scalar(UInt8($0)))b" }.joined()
    return [
      bytes, RandomText.hostile(20_000, using: &generator), String(repeating: "a", count: 5000),
      String(repeating: "ab1 ", count: 500) + String(repeating: "=-", count: 2000), "", " ", "\n", "'",
    ]
  }

  private func compare(_ kind: String, _ name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let folder = TemporaryDirectory()
    var files = Self.corpora.compactMap(SharedData.path)
    for (index, text) in Self.hostileTexts().enumerated() {
      files.append(try folder.write("\(index).txt", Array(text.utf8)))
    }
    guard let expected = try Reference.ids(kind, path, files) else { return }
    let tokenizer = try Tokenizer.load(path: path)
    for (file, ids) in zip(files, expected) {
      let text = try MappedFile(file).withBytes { Array($0) }
      #expect(try tokenizer.encode(bytes: text, specials: .allowed) == ids, "\(name) \(file)")
      if tokenizer.normalizer.steps.isEmpty {
        #expect(try tokenizer.decodeBytes(ids, skipSpecialTokens: false) == text)
      }
    }
  }

  @Test(arguments: hf) func `ids equal those of Hugging Face`(name: String) throws { try compare("hf", name) }

  @Test(arguments: ranks) func `ids equal those of tiktoken`(name: String) throws {
    try compare("tiktoken", name)
  }

  @Test func `a tokenizer that we trained gives the same ids in Hugging Face's library`() throws {
    let files = Self.corpora.compactMap(SharedData.path)
    guard files.count == 2, let text = try SharedData.bytes("corpora/tinyshakespeare.txt") else { return }
    let folder = TemporaryDirectory()
    var counts = WordCounts(pattern: .o200k)
    counts.add(text)
    let tokenizer = try BPETrainer(vocabularySize: 2000).train(counts)
    try tokenizer.save(to: folder.path)
    guard let expected = try Reference.ids("hf", folder.path + "/tokenizer.json", files) else { return }
    for (name, ids) in zip(Self.corpora, expected) {
      #expect(try tokenizer.encode(bytes: try SharedData.bytes(name) ?? []) == ids)
    }
  }

  @Test(
    arguments: zip(
      ranks + ["tokenizers/hf/gpt2.tokenizer.json", "tokenizers/hf/llama3.derived.tokenizer.json"],
      [
        "", "tiktoken/utf8_tokens_cl100k_base", "tiktoken/utf8_tokens_o200k_base",
        "tokenizers/utf8_tokens_gpt2",
        "tokenizers/utf8_tokens_llama32",
      ]))
  func `the published vectors of kitoken are met`(name: String, vectors: String) throws {
    guard !vectors.isEmpty, let path = SharedData.path(name),
      let input = try SharedData.bytes("tokenizers/vectors/kitoken/utf8_input.txt"),
      let lines = try SharedData.bytes("tokenizers/vectors/kitoken/\(vectors).txt")
    else { return }
    let expected = String(decoding: lines, as: UTF8.self).split(whereSeparator: { !$0.isNumber }).compactMap {
      Int32($0)
    }
    let tokenizer = try Tokenizer.load(path: path)
    #expect(try tokenizer.encode(bytes: input, addSpecialTokens: false) == expected)
  }

  @Test func `a hundred thousand random byte strings survive the round trip`() throws {
    guard let path = SharedData.path(Self.ranks[1]) else { return }
    let tokenizer = try Tokenizer.load(path: path)
    var generator = SeededGenerator(seed: 13)
    for index in 0..<100_000 {
      let bytes = RandomText.bytes(index % 40, using: &generator)
      let ids = try tokenizer.encode(bytes: bytes)
      if try tokenizer.decodeBytes(ids) != bytes { Issue.record("\(bytes)") }
    }
  }

  @Test(arguments: hf) func `a million letters a take less than a second`(name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let tokenizer = try Tokenizer.load(path: path)
    let text = Array(repeating: UInt8(ascii: "a"), count: 1_000_000)
    var ids: [Int32] = []
    let time = try processorTime { ids = try tokenizer.encode(bytes: text) }
    #expect(time < .seconds(1))
    #expect(try tokenizer.decodeBytes(ids) == text)
  }

  @Test(arguments: hf) func `threads do not change the ids`(name: String) throws {
    guard let path = SharedData.path(name), let text = try SharedData.bytes(Self.corpora[0]) else { return }
    var generator = SeededGenerator(seed: 17)
    let mixed = text + Array(RandomText.hostile(100_000, using: &generator).utf8)
    let tokenizer = try Tokenizer.load(path: path)
    let expected = try tokenizer.encode(bytes: mixed)
    for count in [2, 3] {
      #expect(try tokenizer.encode(bytes: mixed, threads: ThreadPool(threads: count)) == expected)
    }
  }

  @Test(
    arguments: ["hf/llama2.tokenizer.json", "hf/bert_base_cased.tokenizer.json", "hf/gte.tokenizer.json"]
      + ["llama2", "nai-t5"].map { "sentencepiece/\($0).model" })
  func `threads do not change the ids of other models`(name: String) throws {
    guard let path = SharedData.path("tokenizers/\(name)"),
      let english = try SharedData.bytes(Self.corpora[0]),
      let japanese = try SharedData.bytes(Self.corpora[1])
    else { return }
    var generator = SeededGenerator(seed: 18)
    let hostile = RandomText.hostile(60_000, using: &generator)
    let text = Array(english.prefix(300_000)) + Array(hostile.utf8) + Array(japanese.prefix(400_000))
    let tokenizer = try Tokenizer.load(path: path)
    let expected = try tokenizer.encode(bytes: text)
    for count in [2, 3] {
      let areSame = try tokenizer.encode(bytes: text, threads: ThreadPool(threads: count)) == expected
      #expect(areSame, "\(count) threads")
    }
  }

  @Test func `special tokens in a text follow the policy`() throws {
    let tokenizer = Tokenizer.bytes()
    let text = "a<|eos|>b"
    #expect(try tokenizer.encode(text) == text.utf8.map { Int32($0) })
    #expect(try tokenizer.encode(text, specials: .allowed) == [97, 257, 98])
    #expect(throws: LMError.self) { try tokenizer.encode(text, specials: .refuse) }
    #expect(try tokenizer.encode("ab", specials: .refuse) == [97, 98])
    #expect(try tokenizer.decode([97, 257, 98]) == "ab")
    #expect(try tokenizer.decode([97, 257, 98], skipSpecialTokens: false) == text)
  }

  @Test func `tokens and ids correspond, and canonically equal tokens stay apart`() {
    let tokenizer = Tokenizer.bytes(specialTokens: ["<é>", "<e\u{301}>", "<é>"])
    #expect(tokenizer.vocabularySize == 258)
    #expect(tokenizer.id("<é>") == 256)
    #expect(tokenizer.id("<e\u{301}>") == 257)
    #expect(tokenizer.id("Ġ") == 32)
    #expect(tokenizer.token(32) == "Ġ")
    #expect(tokenizer.token(258) == nil)
    #expect(tokenizer.token(-1) == nil)
    #expect(tokenizer.id("") == nil)
    #expect(tokenizer.id("no such token") == nil)
    #expect(Tokenizer.bytes().specialIDs == .init(begin: 256, end: 257, padding: 258))
  }
}
