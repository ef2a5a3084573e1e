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
    #expect(report.longestUsedToken == 1)
    #expect(try Tokenizer.bytes().report(on: []).fertility == 0)
  }
}
