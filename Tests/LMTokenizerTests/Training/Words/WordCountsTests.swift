import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct WordCountsTests {
  private let temporary = TemporaryDirectory()

  private func expected(_ texts: [[UInt8]]) -> [[UInt8]: Int] {
    var words: [[UInt8]: Int] = [:]
    for text in texts { for piece in SplitPattern.gpt2.pieces(of: text) { words[piece, default: 0] += 1 } }
    return words
  }

  @Test(arguments: [0, 1, 2, 7, 8, 9, 31, 1000, 200_000])
  func `every pre-token is counted, whatever its bytes`(size: Int) {
    var generator = SeededGenerator(seed: UInt64(size))
    let text =
      Array(RandomText.hostile(size, using: &generator).utf8) + RandomText.bytes(size, using: &generator)
    for threads in [1, 3] {
      var counts = WordCounts(pattern: .gpt2)
      counts.add(text, threads: ThreadPool(threads: threads))
      let isSame = counts.dictionary == expected([text])
      #expect(isSame)
      #expect(counts.byteCount == text.count)
      #expect(counts.wordCount == counts.dictionary.count)
    }
  }

  @Test func `documents add up`() {
    var counts = WordCounts(pattern: .gpt2)
    let documents = ["the cat", "", "the mat, the counterrevolutionaries", " cat"].map { Array($0.utf8) }
    for document in documents { counts.add(document) }
    #expect(counts.dictionary == expected(documents))
  }

  @Test func `a file is counted as its text, and a file of lines as their texts`() throws {
    var generator = SeededGenerator(seed: 5)
    let text = RandomText.hostile(100_000, using: &generator)
    let plain = try temporary.write("a.txt", [0xEF, 0xBB, 0xBF] + Array(text.utf8))
    var counts = WordCounts(pattern: .gpt2)
    var read = 0
    try counts.add(TextFiles([plain])) { read = $0 }
    let isSame = counts.dictionary == expected([Array(text.utf8)])
    #expect(isSame)
    #expect(read == text.utf8.count + 3 && counts.byteCount == text.utf8.count)

    let texts = (0..<300).map { _ in RandomText.hostile(40, using: &generator) }
    let lines = texts.map { JSON.object(["id": 1, "text": .string($0)]).text() + "\n" }
    try temporary.write("b.jsonl", Array((lines.joined() + " \n").utf8))
    var fromLines = WordCounts(pattern: .gpt2)
    try fromLines.add(TextFiles([temporary("b.jsonl")]))
    #expect(fromLines.dictionary == expected(texts.map { Array($0.utf8) }))
  }

  @Test(arguments: [100, 1000, 70_000]) func `windows of any size give the words of the whole`(size: Int)
    throws
  {
    var generator = SeededGenerator(seed: 6)
    let text = Array(
      (0..<3000).map { _ in RandomText.hostile(9, using: &generator) + "a b\nc" }.joined().utf8)
    let path = try temporary.write("a.txt", text)
    var words: [[UInt8]: Int] = [:]
    var windows = try TextWindows(path, windowSize: size)
    while let (parts, _) = try windows.next(SplitPattern.gpt2) {
      for part in parts {
        guard case .text(let text, let range, _) = part else { continue }
        SplitPattern.gpt2.forEachWord(in: text, range) { words[Array($0), default: 0] += 1 }
      }
    }
    let isSame = words == expected([text])
    #expect(isSame)
  }

  @Test func `64 MiB of one letter are parts of 1 MiB`() throws {
    let path = try temporary.write("a.txt", Array(repeating: UInt8(ascii: "a"), count: 64 << 20))
    var counts = WordCounts(pattern: .gpt2)
    try counts.add(TextFiles([path]))
    #expect(counts.dictionary == [Array(repeating: UInt8(ascii: "a"), count: 1 << 20): 64])
    let tokenizer = try BPETrainer(vocabularySize: 1000).train(counts)
    // Twice as long each time, up to the whole word.
    #expect(tokenizer.vocabularySize == 259 + 20)
    #expect(tokenizer.bytes(of: 278)?.count == 1 << 20)
  }

  @Test func `a long word is cut between characters`() {
    let word = Array(repeating: "漢", count: (1 << 20) / 3 + 10).joined()
    var counts = WordCounts(pattern: .gpt2)
    counts.add(Array(word.utf8))
    #expect(counts.wordCount == 2)
    for word in counts.dictionary.keys { #expect(String(validating: word, as: UTF8.self) != nil) }
  }

  @Test(arguments: [
    ("a.txt", "good text \u{0}", "byte 10"), ("b.jsonl", "{\"text\": \"a\"}\n{\"txt\": \"b\"}\n", "line 2"),
    ("c.jsonl", "{\"text\": \"a\"}\n\n{\"text\": 5}", "line 3"), ("d.jsonl", "[1]", "line 1"),
    ("e.jsonl", "{\"text\": \"a\", \"text\": \"b\"}", "twice"), ("f.jsonl", "{\"text\": \"a\"", "line 1"),
    ("g.txt", "\u{FEFF}", "no text"),
    ("h.jsonl", "{\"text\": \"\"}\n\n", "no text"),
  ]) func `a fault is named with its place`(name: String, text: String, place: String) throws {
    let path = try temporary.write(name, Array(text.utf8))
    #expect(throws: LMError.self) { try count(path) }
    do { try count(path) } catch { #expect("\(error)".contains(place), "\(error)") }
  }

  @Test func `bytes that are no UTF-8 are named with their offset, in any window`() throws {
    let text = Array(repeating: Array("some words ".utf8), count: 400_000).flatMap { $0 }
    for offset in [3, 300_000, 4_000_000] {
      var bad = text
      bad[offset] = 0xFF
      let path = try temporary.write("bad.txt", bad)
      do { try count(path) } catch { #expect("\(error)".contains("byte \(offset): begins no"), "\(error)") }
      #expect(throws: LMError.self) { try count(path) }
    }
  }

  @Test func `folders stand for their text files, and what has no text is refused`() throws {
    try FileSystem.createDirectory(temporary("d/e"))
    for name in ["d/b.txt", "d/a.md", "d/e/c.jsonl", "d/.hidden.txt", "d/picture.png"] {
      try temporary.write(name, Array("x".utf8))
    }
    try temporary.write("d/empty.txt", [])
    let files = try TextFiles([temporary("d")])
    #expect(files.paths == ["d/a.md", "d/b.txt", "d/e/c.jsonl"].map { temporary($0) })
    #expect(files.byteCount == 3)
    try FileSystem.createDirectory(temporary("none"))
    for path in ["missing", "d/empty.txt", "none"] {
      #expect(throws: LMError.self) { try TextFiles([temporary(path)]) }
    }
    #expect(throws: LMError.self) { try TextFiles(["/dev/null"]) }
    #expect(throws: LMError.self) { try TextFiles([]) }
  }

  private func count(_ path: String) throws {
    var counts = WordCounts(pattern: .gpt2)
    try counts.add(TextFiles([path]))
  }
}
