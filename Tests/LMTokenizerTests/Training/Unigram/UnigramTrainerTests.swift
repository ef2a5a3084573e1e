import Glibc
import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct UnigramTrainerTests {
  private func words(_ text: String, mark: String = "") -> WordCounts {
    var counts = WordCounts(splitter: SpaceSplitter(mark: Array(mark.utf8)))
    counts.add(Array(text.utf8))
    return counts
  }

  /// All ways to cut a word, one by one.
  private func ways(_ word: ArraySlice<Int32>, _ pieces: [[Int32]], _ values: [Double]) -> (Double, [Double])
  {
    guard !word.isEmpty else { return (1, Array(repeating: 0, count: pieces.count)) }
    var total = 0.0
    var sums = Array(repeating: 0.0, count: pieces.count)
    for (index, piece) in pieces.enumerated() where word.starts(with: piece) {
      let (rest, counts) = ways(word.dropFirst(piece.count), pieces, values)
      total += values[index] * rest
      for other in sums.indices { sums[other] += values[index] * counts[other] }
      sums[index] += values[index] * rest
    }
    return (total, sums)
  }

  @Test(arguments: 0..<5) func `expected counts are those of all ways to cut each word`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let text = (0..<30).map { _ in
      (0..<Int.random(in: 1...9, using: &generator)).map { _ in
        ["a", "b", "c"].randomElement(using: &generator) ?? ""
      }
      .joined()
    }.joined(separator: " ")
    let counts = words(text)
    let corpus = try CharacterRows(counts)
    let pieces = SeedPieces(corpus, pieceLength: 4, limit: 60, .shared).pieces
    let spelled = pieces.map { corpus.characters($0.position, Int($0.length)) }
    var expected = Array(repeating: 0.0, count: pieces.count)
    let numbers: [Character: Int32] = ["a": 0, "b": 1, "c": 2]
    for (word, count) in counts.dictionary {
      let symbols = String(decoding: word, as: UTF8.self).compactMap { numbers[$0] }
      let (total, sums) = ways(symbols[...], spelled, pieces.map { exp($0.score) })
      for index in sums.indices { expected[index] += Double(count) * sums[index] / total }
    }
    let model = UnigramExpectation(corpus, .shared)
    // Each word's share is rounded to 2⁻²⁴.
    for (ours, law) in zip(model.expectedCounts(pieces), expected) { #expect(abs(ours - law) < 1e-5) }
  }

  @Test func `seeds are the strings that cannot grow without becoming rarer`() throws {
    let counts = words("abcab abcab xbc")
    let corpus = try CharacterRows(counts)
    let seeds = SeedPieces(corpus, pieceLength: 16, limit: 1000, .shared).pieces
    let found = seeds.map { corpus.text(corpus.characters($0.position, Int($0.length))) }
    // "bc" 3 times, "ab" 4; what is left of "abcab" 2 times; "xbc" stands once.
    #expect(Set(found) == ["a", "b", "c", "x", "ab", "bc", "abcab", "bcab", "cab"])
    #expect(found == found.sorted())
    let few = SeedPieces(corpus, pieceLength: 16, limit: 5, .shared).pieces
    #expect(few.map { $0.length }.max() == 5 && few.count == 5)
  }

  @Test func `pieces are frequent strings, the most probable first, with every character`() throws {
    let text = (0..<400).map { ["lower", "lowest", "newer", "wider", "new", "low"][$0 % 6] }.joined(
      separator: " ")
    let pieces = try UnigramTrainer(vocabularySize: 16).train(words(text, mark: "▁"))
    #expect(pieces.count == 16)
    #expect(Set("lowerstnwid▁".map(String.init)).isSubset(of: pieces.map(\.text)))
    #expect(pieces.map(\.logProbability) == pieces.map(\.logProbability).sorted(by: >))
    #expect(pieces.contains { $0.text.count > 3 })
  }

  @Test func `pieces do not depend on threads or the order of the text`() throws {
    guard let path = SharedData.path("corpora/tinyshakespeare.txt") else { return }
    var results: [[UnigramPiece]] = []
    for threads in [1, 3] {
      var counts = WordCounts(splitter: SpaceSplitter(mark: Array("▁".utf8)))
      try counts.add(TextFiles([path]), threads: ThreadPool(threads: threads))
      results.append(
        try UnigramTrainer(vocabularySize: 2000).train(counts, threads: ThreadPool(threads: threads)))
    }
    #expect(results[0] == results[1])
  }

  @Test(arguments: [(2000, "corpora/tinyshakespeare.txt"), (4000, "ir/cranfield/corpus.jsonl")])
  func `held-out text is as likely as with Hugging Face's pieces`(size: Int, name: String) throws {
    guard let path = SharedData.path(name) else { return }
    let temporary = TemporaryDirectory()
    // Every tenth line is held out.
    let lines = try TemporaryDirectory.bytes(of: path).split(
      separator: 0x0A, omittingEmptySubsequences: false)
    let suffix = path.hasSuffix(".jsonl") ? "jsonl" : "txt"
    func part(_ isHeldOut: Bool) -> [UInt8] {
      Array(
        lines.enumerated().filter { ($0.offset % 10 == 9) == isHeldOut && !$0.element.isEmpty }
          .map(\.element).joined(separator: [0x0A]))
    }
    let training = try temporary.write("training.\(suffix)", part(false))
    let heldOut = try temporary.write("held-out.\(suffix)", part(true))
    guard try TrainingReference.run(["unigram", "\(size)", temporary("theirs.json"), training]) else {
      return
    }
    var counts = WordCounts(splitter: SpaceSplitter(mark: Array("▁".utf8)))
    try counts.add(TextFiles([training]))
    let pieces = try UnigramTrainer(vocabularySize: size).train(counts)
    #expect(pieces.count == size)
    try JSON.array(pieces.map { [.string($0.text), .number($0.logProbability)] }).write(
      to: temporary("ours.json"))
    func score(_ name: String) throws -> Double {
      _ = try TrainingReference.run(["score", temporary(name), heldOut], output: temporary("score"))
      let text = String(decoding: try TemporaryDirectory.bytes(of: temporary("score")), as: UTF8.self)
      return Double(text.dropLast()) ?? .nan
    }
    let (ours, theirs) = (try score("ours.json"), try score("theirs.json"))
    print("unigram \(name): \(ours) nats per byte, Hugging Face \(theirs)")
    #expect(ours <= theirs * 1.01)
  }

  @Test func `a word of any length has a probability`() throws {
    let counts = words(
      String(repeating: "abracadabra", count: 40_000) + " " + String(repeating: "x", count: 1 << 20))
    let pieces = try UnigramTrainer(vocabularySize: 30).train(counts)
    #expect(pieces.allSatisfy { $0.logProbability.isFinite && $0.logProbability < 0 })
    #expect(pieces.contains { $0.text.contains("abra") } && pieces.contains { $0.text == "xxxxxxxxxxxxxxxx" })
  }

  @Test func `what cannot be trained is refused`() throws {
    let empty = WordCounts(splitter: SpaceSplitter())
    #expect(throws: LMError.self) { try UnigramTrainer().train(empty) }
    let counts = words("some words with characters")
    for trainer in [
      UnigramTrainer(vocabularySize: 5), UnigramTrainer(vocabularySize: 0),
      UnigramTrainer(vocabularySize: .max),
      UnigramTrainer(pieceLength: 0), UnigramTrainer(pieceLength: 17), UnigramTrainer(seedCount: -1),
      UnigramTrainer(shrinkingFactor: 1), UnigramTrainer(shrinkingFactor: .nan), UnigramTrainer(rounds: 0),
    ] { #expect(throws: LMError.self) { try trainer.train(counts) } }
    let one = try UnigramTrainer(vocabularySize: 1).train(words("a"))
    #expect(one.map(\.text) == ["a"])
  }

  @Test(arguments: [
    (0.5, -1.963510026021423), (1, -0.5772156649015329), (7, 1.872784335098467), (1e6, 13.815510057964191),
  ])
  func `digamma has its known values`(x: Double, value: Double) {
    #expect(abs(UnigramTrainer.digamma(x) - value) < 1e-9)
  }
}
