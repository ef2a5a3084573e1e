import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct TokenizerReportTests {
  @Test func `a report counts bytes, tokens, words and unused ids`() throws {
    let report = try Tokenizer.bytes().report(on: Array("ab cd\n\u{3000}ab".utf8))
    #expect(report.byteCount == 11)
    #expect(report.tokenCount == 11)
    #expect(report.wordCount == 3)
    #expect(report.bytesPerToken == 1)
    #expect(report.fertility == 11.0 / 3)
    // a b c d, space, line feed, and E3 80 80.
    #expect(report.unusedCount == 259 - 8)
    #expect(report.unusedExamples.isEmpty)
    #expect(report.longestUsedToken == 1)
    #expect(try Tokenizer.bytes().report(on: []).fertility == 0)
    #expect(try Tokenizer.bytes().report(on: []).groups.isEmpty)
  }

  @Test func `words are grouped by the script of their letters`() throws {
    let text = "the мир, 2024 Ελλάδα नमस्ते 漢字 日本の本 سلام ไทย — (the)"
    let report = try Tokenizer.bytes().report(on: Array(text.utf8))
    let words = Dictionary(uniqueKeysWithValues: report.groups.map { ($0.name, $0.wordCount) })
    #expect(
      words == [
        "Latin": 2, "Cyrillic": 1, "none": 2, "Greek": 1, "Devanagari": 1, "Han": 2, "Kana": 4, "Arabic": 1,
        "Thai": 3,
      ])
    let latin = try #require(report.groups.first { $0.name == "Latin" })
    #expect(latin.tokenCount == 9 && latin.byteCount == 9 && latin.fertility == 4.5)
    #expect(report.wordCount == words.values.reduce(0, +))
  }

  @Test func `unused entries are named`() throws {
    var counts = WordCounts(pattern: .gpt2)
    counts.add(Array("hello hello world world".utf8))
    let tokenizer = try BPETrainer(vocabularySize: 280).train(counts)
    let report = try tokenizer.report(on: Array("hello hello".utf8))
    #expect(report.unusedExamples.contains("Ġworld") && !report.unusedExamples.contains("Ġhello"))
    #expect(report.longestUsedToken == 6 && report.groups.map(\.name) == ["Latin"])
  }

  @Test func `files give what their text gives, by the language that is named`() throws {
    guard let english = SharedData.path("corpora/tinyshakespeare.txt"),
      let japanese = SharedData.path("corpora/wagahai.txt"),
      let tokenizer = SharedData.path("tokenizers/tiktoken/r50k_base.tiktoken")
    else { return }
    let loaded = try Tokenizer.load(path: tokenizer)
    var inspection = TokenizerInspection(loaded)
    try inspection.add(TextFiles([english]), language: "en")
    try inspection.add(TextFiles([japanese]), language: "ja", threads: ThreadPool(threads: 3))
    let report = inspection.report
    let texts = [try TemporaryDirectory.bytes(of: english), try TemporaryDirectory.bytes(of: japanese)]
    #expect(report.byteCount == texts[0].count + texts[1].count)
    let tokens = try texts.map { try loaded.encode(bytes: $0).count }
    #expect(report.tokenCount == tokens[0] + tokens[1])
    #expect(Set(report.groups.map(\.name)) == ["en", "ja"])
    let fertility = Dictionary(uniqueKeysWithValues: report.groups.map { ($0.name, $0.fertility) })
    #expect((fertility["en"] ?? 0) > 1 && (fertility["ja"] ?? 0) > 1)
    let scripts = try loaded.report(on: texts[1]).groups
    #expect(scripts.first?.name == "Kana" && scripts.allSatisfy { $0.wordCount > 0 })
  }
}
