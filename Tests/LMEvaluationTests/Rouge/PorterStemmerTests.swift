import LMEvaluation
import LMRuntime
import LMTestSupport
import Testing

@Suite struct PorterStemmerTests {
  /// Examples of Porter's paper, and of what NLTK does otherwise (dies, spied, enjoy).
  @Test(
    arguments: [
      ("caresses", "caress"), ("ponies", "poni"), ("agreed", "agre"), ("plastered", "plaster"),
      ("motoring", "motor"),
      ("hopping", "hop"), ("falling", "fall"), ("filing", "file"), ("happy", "happi"),
      ("relational", "relat"),
      ("vietnamization", "vietnam"), ("triplicate", "triplic"), ("adoption", "adopt"),
      ("controll", "control"),
      ("dies", "die"), ("spied", "spi"), ("died", "die"), ("enjoy", "enjoy"), ("skies", "sky"), ("by", "by"),
      ("", ""),
    ])
  func `examples`(word: String, stem: String) { #expect(PorterStemmer.stem(word) == stem) }

  @Test(.enabled(if: ReferencePrograms.python != nil, "no Python with nltk (LM_PYTHON)"))
  func `stems are those of NLTK`() throws {
    var sentences = RandomSentences(seed: 9)
    let words = (0..<20_000).map { _ in sentences.word() }
    let answers = try ReferencePrograms.answers("stem", words.map { .string($0) })
    try #require(answers.count == words.count)
    for (answer, word) in zip(answers, words) {
      let theirs = try answer.string()
      if PorterStemmer.stem(word) != theirs {
        Issue.record("\(word): \(PorterStemmer.stem(word)), NLTK \(theirs)")
      }
    }
  }
}
