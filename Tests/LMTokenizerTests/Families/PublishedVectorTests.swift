import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

/// Ids that others have published; no Python is needed.
@Suite struct PublishedVectorTests {
  private static let folder = "tokenizers/vectors/kitoken/"

  /// A line of kitoken's inputs, where `\n`, `\s` and `\xNN` are escapes.
  private static func unescaped(_ line: ArraySlice<UInt8>) -> [UInt8] {
    String(decoding: line, as: UTF8.self).replacing("\\n", with: "\n").replacing("\\s", with: " ").utf8.map {
      $0
    }
  }

  private static func ids(_ line: some Sequence<UInt8>) -> [Int32] {
    String(decoding: Array(line), as: UTF8.self).split { !$0.isNumber }.compactMap { Int32($0) }
  }

  @Test(arguments: [("bert_base_cased", "bert_base_cased"), ("llama2", "llama2"), ("gpt2", "gpt2")])
  func `the vectors of kitoken are met`(name: String, vectors: String) throws {
    guard let path = SharedData.path("tokenizers/hf/\(name).tokenizer.json"),
      let input = try SharedData.bytes(Self.folder + "small_input.txt"),
      let output = try SharedData.bytes(Self.folder + "tokenizers/small_tokens_\(vectors).txt"),
      let torture = try SharedData.bytes(Self.folder + "utf8_input.txt"),
      let tortured = try SharedData.bytes(Self.folder + "tokenizers/utf8_tokens_\(vectors).txt")
    else { return }
    let tokenizer = try Tokenizer.load(path: path)
    let inputs = input.split(separator: 0x0A, omittingEmptySubsequences: false)
    let outputs = output.split(separator: 0x0A, omittingEmptySubsequences: false)
    var compared = 0
    for (line, expected) in zip(inputs, outputs) where !line.isEmpty {
      let ids = try tokenizer.encode(
        bytes: Self.unescaped(line), specials: .allowed, addSpecialTokens: false)
      #expect(ids == Self.ids(expected), "\(String(decoding: line, as: UTF8.self))")
      compared += 1
    }
    #expect(compared == 20)
    #expect(
      try tokenizer.encode(bytes: torture, specials: .allowed, addSpecialTokens: false) == Self.ids(tortured))
  }

  @Test(arguments: [("gte", "bert_uncased_encoded"), ("llama2", "llama_encoded")])
  func `the vectors of swift-transformers are met`(name: String, vectors: String) throws {
    guard let path = SharedData.path("tokenizers/hf/\(name).tokenizer.json"),
      let file = SharedData.path("tokenizers/vectors/swift-transformers/\(vectors).json")
    else { return }
    let field = JSONField(try JSON.read(file), in: file)
    let expected = try field["token_ids"].array().map { Int32(try $0.integer()) }
    let tokenizer = try Tokenizer.load(path: path)
    #expect(try tokenizer.encode(try field["text"].string(), specials: .allowed) == expected)
  }

  @Test func `vocab.txt alone is the tokenizer of its tokenizer.json`() throws {
    guard let path = SharedData.path("tokenizers/wordpiece/bert-base-uncased-vocab.txt"),
      let other = SharedData.path("tokenizers/hf/gte.tokenizer.json")
    else { return }
    let (ours, theirs) = (try Tokenizer.load(path: path), try Tokenizer.load(path: other))
    var generator = SeededGenerator(seed: 19)
    for _ in 0..<500 {
      let text = RandomText.hostile(20, using: &generator)
      let ids = try theirs.encode(text)
      #expect(try ours.encode(text) == ids)
      #expect(try ours.decode(ids) == theirs.decode(ids))
    }
    #expect(ours.vocabularySize == 30522)
  }

  @Test func `vocab.json and merges.txt are the tokenizer of tokenizer.json`() throws {
    guard let vocabulary = try SharedData.bytes("tokenizers/gpt2/encoder.json"),
      let merges = try SharedData.bytes("tokenizers/gpt2/vocab.bpe"),
      let other = SharedData.path("tokenizers/hf/gpt2.tokenizer.json")
    else { return }
    let folder = TemporaryDirectory()
    _ = try folder.write("vocab.json", vocabulary)
    _ = try folder.write("merges.txt", merges)
    let (ours, theirs) = (try Tokenizer.load(path: folder.path), try Tokenizer.load(path: other))
    var generator = SeededGenerator(seed: 23)
    for _ in 0..<500 {
      let text = RandomText.hostile(20, using: &generator) + "<|endoftext|>"
      #expect(try ours.encode(text, specials: .allowed) == theirs.encode(text, specials: .allowed))
    }
  }

  static let all = ReferenceComponentTests.families

  @Test(arguments: all)
  func `a million letters, spaces or marks take less than two seconds`(name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let tokenizer = try Tokenizer.load(path: path)
    for part in ["a", " ", "漢", "\u{301}", "▁", "##", "."] {
      let text = Array(String(repeating: part, count: 1_000_000 / part.utf8.count).utf8)
      let time = try processorTime { _ = try tokenizer.encode(bytes: text) }
      #expect(time < .seconds(2), "\(name) \(part)")
    }
  }
}
