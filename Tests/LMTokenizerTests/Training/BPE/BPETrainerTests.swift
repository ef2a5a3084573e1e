import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct BPETrainerTests {
  /// The definition: count all pairs anew before every merge.
  private func naiveMerges(_ words: [[UInt8]: Int], first: Int32, ids: [Int32], count: Int) -> [[Int32]] {
    var words = words.map { (symbols: $0.key.map { ids[Int($0)] }, count: $0.value) }
    var merges: [[Int32]] = []
    var spellings: [[Int32]: Int32] = [:]
    var parts: [Int32: [Int32]] = [:]
    func bytes(_ id: Int32) -> [Int32] { parts[id] ?? [id] }
    var next = first
    while next < first + Int32(count) {
      var counts: [[Int32]: Int] = [:]
      for word in words {
        for (left, right) in zip(word.symbols, word.symbols.dropFirst()) {
          counts[[left, right], default: 0] += word.count
        }
      }
      let best = counts.max { a, b in
        a.value != b.value ? a.value < b.value : b.key.lexicographicallyPrecedes(a.key)
      }
      guard let pair = best?.key else { break }
      let spelling = bytes(pair[0]) + bytes(pair[1])
      let id = spellings[spelling] ?? next
      if id == next { next += 1 }
      spellings[spelling] = id
      parts[id] = spelling
      merges.append([pair[0], pair[1], id])
      for word in words.indices {
        var result: [Int32] = []
        for symbol in words[word].symbols {
          if symbol == pair[1], result.last == pair[0], !(result.isEmpty) {
            result[result.count - 1] = id
          } else {
            result.append(symbol)
          }
        }
        words[word].symbols = result
      }
    }
    return merges
  }

  @Test(arguments: 0..<6) func `merges are those of the definition`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let text = (0..<400).map { _ in "abcde   ".utf8.randomElement(using: &generator) ?? 32 }
    var counts = WordCounts(pattern: .gpt2)
    counts.add(text)
    let tokenizer = try BPETrainer(vocabularySize: 256 + 40, specialTokens: []).train(counts)
    var words: [[UInt8]: Int] = [:]
    for piece in SplitPattern.gpt2.pieces(of: text) { words[piece, default: 0] += 1 }
    let ids = tokenizer.model.byteTokens
    let expected = naiveMerges(words, first: 256, ids: ids, count: 40)
    #expect(tokenizer.model.merges.map { [$0.left, $0.right, $0.result] } == expected)
  }

  @Test func `counts and merges do not depend on the number of threads`() throws {
    guard let text = try SharedData.bytes("corpora/tinyshakespeare.txt") else { return }
    var results: [[BPEModel.Merge]] = []
    for threads in [1, 2, 3] {
      var counts = WordCounts(pattern: .llama3)
      counts.add(text, threads: ThreadPool(threads: threads))
      results.append(try BPETrainer(vocabularySize: 1000).train(counts).model.merges)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test(
    arguments: [
      (4096, ["corpora/tinyshakespeare.txt", "corpora/wagahai.txt"]), (32768, ["ir/scifact/corpus.jsonl"]),
    ] as [(Int, [String])])
  func `vocabulary and merges equal those of Hugging Face`(size: Int, names: [String]) throws {
    let paths = names.compactMap(SharedData.path)
    guard paths.count == names.count else { return }
    let folder = TemporaryDirectory()
    let output = folder.path + "/reference.json"
    guard try TrainingReference.run(["bpe", "\(size)", output] + paths) else { return }
    var counts = WordCounts(pattern: .gpt2)
    try counts.add(TextFiles(paths))
    let ours = try BPETrainer(vocabularySize: size, specialTokens: ["<|bos|>", "<|eos|>"]).train(counts)
    let reference = try Tokenizer.load(path: output)
    #expect(ours.vocabularySize == size)
    #expect(ours.model.merges == reference.model.merges)
    #expect((0..<Int32(size)).allSatisfy { ours.token($0) == reference.token($0) })
  }

  /// Tokens that come about in two ways, overlaps, and words in which both happen.
  @Test(arguments: 0..<8) func `hostile words give the merges of Hugging Face`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: 100 + seed)
    let letters = Array(["ab", "aab", "abc", "aaaab", "abcab", "xyx", "aé", "ba"][Int(seed)].utf8)
    let text = (0..<600).map { _ in
      let length = Int.random(in: 1...14, using: &generator)
      return String(
        decoding: (0..<length).map { _ in letters.randomElement(using: &generator) ?? 97 }, as: UTF8.self)
    }.joined(separator: " ")
    let folder = TemporaryDirectory()
    let path = try folder.write("text.txt", Array(text.utf8))
    guard try TrainingReference.run(["bpe", "700", folder.path + "/r.json", path]) else { return }
    var counts = WordCounts(pattern: .gpt2)
    try counts.add(TextFiles([path]))
    let ours = try BPETrainer(vocabularySize: 700, specialTokens: ["<|bos|>", "<|eos|>"]).train(counts)
    #expect(ours.model.merges == (try Tokenizer.load(path: folder.path + "/r.json")).model.merges)
  }

  @Test func `a rare pair, an empty corpus and a special token in the text`() throws {
    var counts = WordCounts(pattern: .gpt2)
    #expect(try BPETrainer(vocabularySize: 300).train(counts).vocabularySize == 259)
    counts.add(Array("abab abab xy bos bos".utf8))
    let frequent = try BPETrainer(vocabularySize: 300, minimumFrequency: 4).train(counts)
    #expect(frequent.model.merges.count == 1)
    let reserved = try BPETrainer(vocabularySize: 300, specialTokens: ["bos"]).train(counts)
    #expect(reserved.id("bos") == 0)
    #expect(try !reserved.encode("bos").contains(0))
  }

  @Test func `one distinct word becomes one token, and words of one byte none`() throws {
    var counts = WordCounts(pattern: .gpt2)
    for _ in 0..<3 { counts.add(Array("tokenizer".utf8)) }
    let tokenizer = try BPETrainer(vocabularySize: 1000, specialTokens: []).train(counts)
    #expect(tokenizer.vocabularySize == 256 + 8)
    #expect(try tokenizer.encode("tokenizer") == [263])
    var bytes = WordCounts(pattern: .gpt2)
    bytes.add(Array("a b c".utf8.map { $0 == 32 ? 0x0A : $0 }))
    #expect(try BPETrainer(vocabularySize: 300, specialTokens: []).train(bytes).vocabularySize == 256)
  }

  @Test func `counts beyond 32 bits order merges`() throws {
    // Through the pairs of a word that occurs 2³¹ + 1 times a trainer with 32 bits would lose "ab".
    var rows = SymbolRows()
    for (word, count) in [([0, 1] as [Int32], Int64(1) << 31 + 1), ([2, 3], 5)] {
      word.withUnsafeBufferPointer { rows.append($0, count: count) }
    }
    var learner = MergeLearner(rows)
    let first = learner.next(minimumCount: 0)
    #expect(first?.left == 0 && first?.count == Int64(1) << 31 + 1)
  }

  @Test func `sizes and names that cannot work are refused`() {
    let counts = WordCounts(pattern: .gpt2)
    for trainer in [
      BPETrainer(vocabularySize: 258), BPETrainer(vocabularySize: -1), BPETrainer(vocabularySize: .max),
      BPETrainer(specialTokens: ["a"]), BPETrainer(specialTokens: [""]),
    ] {
      var refused = false
      do throws(LMError) { _ = try trainer.train(counts) } catch { refused = error.kind == .usage }
      #expect(refused)
    }
  }
}
