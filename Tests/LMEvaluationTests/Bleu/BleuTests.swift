import LMEvaluation
import LMRuntime
import LMTestSupport
import Testing

@Suite struct BleuTests {
  @Test func `a text against itself has 100`() {
    var bleu = Bleu()
    bleu.add("It is a guide to action.", references: ["It is a guide to action."])
    #expect(abs(bleu.score - 100) < 1e-9 && bleu.brevityPenalty == 1 && bleu.matches == [7, 6, 5, 4])
  }

  /// The example of the paper: "the" counts as often as a reference has it, here twice of seven.
  @Test func `matches are clipped at the reference that has most`() {
    var bleu = Bleu()
    bleu.add(
      "the the the the the the the", references: ["the cat is on the mat", "there is a cat on the mat"])
    #expect(bleu.matches == [2, 0, 0, 0] && bleu.totals == [7, 6, 5, 4])
    // Both references are shorter by 1 and equal by 0: lengths 6 and 7; the closest counts.
    #expect(bleu.referenceLength == 7 && bleu.brevityPenalty == 1)
    // 2/7, then 1/2 of 6, 1/4 of 5, 1/8 of 4.
    #expect(abs(bleu.precisions[3] - 100 / 8.0 / 4) < 1e-12)
  }

  @Test func `short hypotheses are punished, empty ones have nothing`() {
    var bleu = Bleu()
    bleu.add("a b c d e", references: ["a b c d e f g h i j"])
    // e^(1 − 10/5)
    #expect(abs(bleu.brevityPenalty - 0.36787944117144233) < 1e-15)
    #expect(abs(bleu.score - 36.787944117144233) < 1e-9)
    var empty = Bleu()
    empty.add("", references: ["a"])
    #expect(empty.score == 0 && empty.brevityPenalty == 0 && Bleu().score == 0)
  }

  @Test func `words are equal where their characters are, not where they look alike`() {
    var bleu = Bleu()
    bleu.add("caf\u{E9}", references: ["cafe\u{301}"])
    #expect(bleu.matches == [0, 0, 0, 0] && bleu.score == 0)
  }

  /// 2 to 4 segments each, so that orders without a match, empty texts and several references occur.
  @Test(.enabled(if: ReferencePrograms.python != nil, "no Python with sacrebleu (LM_PYTHON)"))
  func `scores are those of sacrebleu`() throws {
    var sentences = RandomSentences(seed: 7)
    var cases: [JSON] = []
    var corpora: [(Bleu, String)] = []
    for index in 0..<600 {
      var settings = Bleu.Settings()
      settings.tokenizer = BleuTokenizer.allCases[index % 4]
      settings.ignoresCase = index / 4 % 2 == 0
      let hypotheses = (0..<1 + index % 4).map { _ in sentences.next() }
      let references = (0..<1 + index % 3).map { _ in hypotheses.map { sentences.near($0) } }
      var bleu = Bleu(settings)
      for (segment, hypothesis) in hypotheses.enumerated() {
        bleu.add(hypothesis, references: references.map { $0[segment] })
      }
      corpora.append((bleu, "\(settings.tokenizer) \(hypotheses) \(references)"))
      cases.append([
        "tokenize": .string(settings.tokenizer.rawValue), "lowercase": .bool(settings.ignoresCase),
        "hypotheses": .array(hypotheses.map { .string($0) }),
        "references": .array(references.map { .array($0.map { .string($0) }) }),
      ])
    }
    let answers = try ReferencePrograms.answers("bleu", cases)
    try #require(answers.count == corpora.count)
    for (answer, (bleu, name)) in zip(answers, corpora) {
      let values = try answer.array()
      #expect(try values[1].array().map { try $0.integer() } == bleu.matches, "\(name)")
      #expect(try values[2].array().map { try $0.integer() } == bleu.totals, "\(name)")
      #expect(try values[3].integer() == bleu.hypothesisLength && values[4].integer() == bleu.referenceLength)
      // The same doubles but for the order of sums and factors.
      #expect(abs(try values[0].double() - bleu.score) < 1e-9, "\(name)")
      #expect(abs(try values[5].double() - bleu.brevityPenalty) < 1e-12)
    }
  }
}
