import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct WordPieceTrainerTests {
  private func words(_ text: String) -> WordCounts {
    var counts = WordCounts(splitter: SpaceSplitter())
    counts.add(Array(text.utf8))
    return counts
  }

  @Test func `characters come first, then the most frequent pairs`() throws {
    let vocabulary = try WordPieceTrainer(vocabularySize: 100, specialTokens: ["[UNK]"]).train(
      words("hug hug hug pug pun bun hugs é"))
    #expect(vocabulary.prefix(8) == ["[UNK]", "b", "g", "h", "n", "p", "s", "u"])
    #expect(Array(vocabulary[8..<13]) == ["é", "##g", "##n", "##s", "##u"])
    // ##u ##g stands 5 times, then h ##ug 4 times; of p ##u, b ##u … those of the smallest ids.
    #expect(Array(vocabulary[13..<15]) == ["##ug", "hug"])
    #expect(Set(vocabulary).count == vocabulary.count)
  }

  @Test(arguments: [(1500, "corpora/tinyshakespeare.txt"), (9000, "ir/scifact/corpus.jsonl")])
  func `the vocabulary equals that of Hugging Face`(size: Int, name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let folder = TemporaryDirectory()
    let output = folder.path + "/reference.json"
    guard try TrainingReference.run(["wordpiece", "\(size)", output, path]) else { return }
    let expected = try JSONField(JSON.read(output), in: output).array().map { try $0.string() }
    var counts = WordCounts(splitter: SpaceSplitter())
    try counts.add(TextFiles([path]))
    let ours = try WordPieceTrainer(vocabularySize: size, specialTokens: ["[PAD]", "[UNK]"]).train(counts)
    #expect(ours.count == size)
    #expect(ours.elementsEqual(expected) { KeyIndex.sameBytes($0, $1) })
  }

  @Test func `the alphabet can be limited, and words lose what is rare`() throws {
    let vocabulary = try WordPieceTrainer(vocabularySize: 9, specialTokens: [], alphabetLimit: 2).train(
      words("aab aab aab azb"))
    #expect(vocabulary == ["a", "b", "##a", "##b", "aa", "aab", "ab"])
  }

  @Test func `invalid bytes are U+FFFD, an empty text leaves special tokens, and too small is refused`()
    throws
  {
    var counts = WordCounts(splitter: SpaceSplitter())
    #expect(try WordPieceTrainer(vocabularySize: 5).train(counts) == WordPieceTrainer.standardSpecialTokens)
    counts.add([0x61, 0xFF, 0x62])
    #expect(try WordPieceTrainer(vocabularySize: 50, specialTokens: []).train(counts).contains("##\u{FFFD}"))
    for size in [-1, 0, 4, .max] {
      #expect(throws: LMError.self) { try WordPieceTrainer(vocabularySize: size).train(counts) }
    }
  }

  @Test func `a rare pair stays two`() throws {
    let counts = words("ab ab ab cd")
    let all = try WordPieceTrainer(vocabularySize: 50, specialTokens: []).train(counts)
    let frequent = try WordPieceTrainer(vocabularySize: 50, minimumFrequency: 2, specialTokens: []).train(
      counts)
    #expect(all.contains("cd") && !frequent.contains("cd") && frequent.contains("ab"))
  }
}
