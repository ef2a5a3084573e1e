import LMEvaluation
import LMRuntime
import LMTestSupport
import Testing

@Suite struct RougeTests {
  private func score(_ hypothesis: String, _ reference: String, _ kind: Rouge.Kind) throws -> Rouge.Score {
    try Rouge().score(hypothesis, references: [reference], kind)
  }

  /// Section 3 of the paper: "police kill the gunman" against "police killed the gunman" has an LCS of 3 of 4.
  @Test func `the example of the paper`() throws {
    let score = try score("police kill the gunman", "police killed the gunman", .rougeL)
    #expect(score == Rouge.Score(precision: 0.75, recall: 0.75) && score.fMeasure == 0.75)
    let reversed = try self.score("the gunman kill police", "police killed the gunman", .rougeL)
    #expect(reversed.recall == 0.5)
  }

  @Test func `nothing in common, and nothing at all, is 0`() throws {
    for kind in Rouge.Kind.allCases {
      for (hypothesis, reference) in [
        ("", ""), ("a", ""), ("", "a"), ("日本", "日本"), ("a", "b"), ("\n\n", "\n"),
      ] {
        #expect(try score(hypothesis, reference, kind).fMeasure == 0, "\(kind) \(hypothesis) \(reference)")
      }
    }
  }

  /// Section 3.2 of the paper: lines "w1 w2 w6 w7 w8" and "w1 w3 w8 w9 w5" against "w1 w2 w3 w4 w5" unite to 4 of 5.
  @Test func `lines of a summary are united`() throws {
    let score = try score("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5", .rougeLsum)
    #expect(score.recall == 0.8 && score.precision == 0.4)
  }

  @Test func `lines beyond 2³¹ pairs of words are refused`() {
    let long = String(repeating: "a ", count: 46_342)
    #expect(throws: LMError.self) { try score(long, long, .rougeLsum) }
  }

  @Test(.enabled(if: ReferencePrograms.python != nil, "no Python with rouge-score (LM_PYTHON)"))
  func `scores are those of rouge-score`() throws {
    var sentences = RandomSentences(seed: 8)
    var cases: [JSON] = []
    for index in 0..<500 {
      let hypothesis = sentences.next(index % 10 == 0 ? 150 : 25)
      let references = (0..<1 + index % 3).map { _ in sentences.near(hypothesis) }
      cases.append([
        "hypothesis": .string(hypothesis), "references": .array(references.map { .string($0) }),
        "stemmer": .bool(index % 2 == 0),
      ])
    }
    let answers = try ReferencePrograms.answers("rouge", cases)
    try #require(answers.count == cases.count)
    for (answer, value) in zip(answers, cases) {
      let one = JSONField(value, in: "case")
      let rouge = Rouge(usesStemmer: try one["stemmer"].bool())
      let references = try one["references"].array().map { try $0.string() }
      for (expected, kind) in zip(try answer.array(), Rouge.Kind.allCases) {
        let theirs = try expected.array().map { try $0.double() }
        let ours = try rouge.score(try one["hypothesis"].string(), references: references, kind)
        // Quotients of the same whole numbers.
        let difference =
          zip(theirs, [ours.precision, ours.recall, ours.fMeasure]).map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 1e-12, "\(kind): \(theirs) \(ours) \(value.text())")
      }
    }
  }
}
