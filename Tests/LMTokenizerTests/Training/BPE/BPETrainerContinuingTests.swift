import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct BPETrainerContinuingTests {
  private static let old = "the cat sat on the mat and the dog sat on the cat; others mattered then"
  private static let new = "der hund und die katze, und der mann; das kätzchen und der alte mann mit dem hund"

  private func tokenizer(_ size: Int = 290, _ pattern: SplitPattern = .gpt2) throws -> Tokenizer {
    var counts = WordCounts(pattern: pattern)
    counts.add(Array(Self.old.utf8))
    return try BPETrainer(vocabularySize: size).train(counts)
  }

  private func continued(_ tokenizer: Tokenizer, on text: String, by number: Int) throws -> Tokenizer {
    var counts = WordCounts(splitter: try TokenizerSplitter(tokenizer))
    counts.add(Array(text.utf8))
    return try BPETrainer(vocabularySize: tokenizer.vocabularySize + number).train(
      counts, continuing: tokenizer)
  }

  @Test(arguments: SplitPattern.allCases) func `old ids stay, and Hugging Face gives the same ones`(
    pattern: SplitPattern
  ) throws {
    let old = try tokenizer(290, pattern)
    let larger = try continued(old, on: Self.new, by: 25)
    #expect(larger.vocabularySize == old.vocabularySize + 25)
    for id in 0..<Int32(old.vocabularySize) { #expect(larger.token(id) == old.token(id)) }
    #expect(Array(larger.model.merges.prefix(old.model.merges.count)) == old.model.merges)
    #expect(larger.addedTokens == old.addedTokens && larger.specialIDs == old.specialIDs)
    #expect(try larger.encode(Self.new).count < old.encode(Self.new).count)
    let folder = TemporaryDirectory()
    try larger.save(to: folder.path)
    #expect(try Tokenizer.load(path: folder.path).encode(Self.new) == larger.encode(Self.new))
    let paths = [try folder.write("a", Array(Self.new.utf8)), try folder.write("b", Array(Self.old.utf8))]
    let output = folder.path + "/ids"
    let json = folder.path + "/tokenizer.json"
    guard try TrainingReference.run(["encode", json] + paths, output: output) else { return }
    let expected = try [Self.new, Self.old].map {
      try larger.encode($0).map(String.init).joined(separator: " ")
    }
    #expect(
      String(decoding: try TemporaryDirectory.bytes(of: output), as: UTF8.self) == expected.joined(
        separator: "\n") + "\n")
  }

  /// Each new token comes about in one way, so encoding does just what training did.
  @Test func `the text has as many tokens as training left`() throws {
    let old = try tokenizer()
    var words: [[UInt8]: Int] = [:]
    for piece in SplitPattern.gpt2.pieces(of: Array(Self.new.utf8)) { words[piece, default: 0] += 1 }
    var symbols = try words.map { (try old.encode(bytes: $0.key), $0.value) }
    let larger = try continued(old, on: Self.new, by: 30)
    for merge in larger.model.merges.dropFirst(old.model.merges.count) {
      for index in symbols.indices {
        var result: [Int32] = []
        for symbol in symbols[index].0 {
          if symbol == merge.right, result.last == merge.left {
            result[result.count - 1] = merge.result
          } else {
            result.append(symbol)
          }
        }
        symbols[index].0 = result
      }
    }
    #expect(try larger.encode(Self.new).count == symbols.reduce(0) { $0 + $1.0.count * $1.1 })
    let new = larger.model.merges.dropFirst(old.model.merges.count).map(\.result)
    #expect(Set(new).count == new.count && new.min() == Int32(old.vocabularySize))
  }

  @Test func `added tokens between stay where they are, and ids without token get one`() throws {
    guard let path = SharedData.path("tokenizers/tiktoken/cl100k_base.tiktoken"),
      let text = try SharedData.bytes("corpora/wagahai.txt")
    else { return }
    let old = try Tokenizer.load(path: path)
    #expect(old.vocabularySize == 100_277 && old.token(100_256) == nil)
    var counts = WordCounts(splitter: try TokenizerSplitter(old))
    counts.add(text)
    let larger = try BPETrainer(vocabularySize: 100_400).train(counts, continuing: old)
    #expect(larger.vocabularySize == 100_400)
    #expect(larger.token(100_256) == "<|unused_100256|>" && larger.id("<|endofprompt|>") == 100_276)
    let folder = TemporaryDirectory()
    try larger.save(to: folder.path)
    let sample = "吾輩は猫である。名前はまだ無い。<|endofprompt|>"
    let ids = try larger.encode(sample, specials: .allowed)
    #expect(ids.last == 100_276 && ids.contains { $0 > 100_276 })
    #expect(try Tokenizer.load(path: folder.path).encode(sample, specials: .allowed) == ids)
    let file = try folder.write("a", Array(sample.utf8))
    let output = folder.path + "/ids"
    guard try TrainingReference.run(["encode", folder.path + "/tokenizer.json", file], output: output) else {
      return
    }
    let line = String(decoding: try TemporaryDirectory.bytes(of: output), as: UTF8.self)
    #expect(line == ids.map(String.init).joined(separator: " ") + "\n")
  }

  @Test func `text is normalized as the tokenizer does`() throws {
    guard let path = SharedData.path("tokenizers/hf/qwen2.derived.tokenizer.json") else { return }
    let tokenizer = try Tokenizer.load(path: path)
    var composed = WordCounts(splitter: try TokenizerSplitter(tokenizer))
    composed.add(Array("caf\u{E9} caf\u{E9}\n\n x".utf8))
    var decomposed = WordCounts(splitter: try TokenizerSplitter(tokenizer))
    decomposed.add(Array("cafe\u{301} cafe\u{301}\n\n x".utf8))
    #expect(composed.dictionary == decomposed.dictionary && composed.wordCount > 2)
  }

  @Test func `what cannot be continued is refused, and no text changes nothing`() throws {
    let old = try tokenizer()
    let same = try continued(old, on: "", by: 5)
    #expect(same.vocabularySize == old.vocabularySize && same.model.merges == old.model.merges)
    #expect(throws: LMError.self) { try continued(old, on: Self.new, by: 0) }
    #expect(throws: LMError.self) { try continued(old, on: Self.new, by: 1 << 25) }
    #expect(throws: LMError.self) { try TokenizerSplitter(Tokenizer.bytes()) }
  }
}
