import LMData
import LMRuntime
import LMTokenizer
import Testing

@Suite struct TokenMaskerTests {
  private let texts: SampleTexts
  init() throws { texts = try SampleTexts(documents: 1, words: 4000) }

  /// Sequences of 3 to 60 tokens in special ones, masked; what was hidden, and what was put there.
  private func forEachMasked(
    _ masking: Objective.Masking, _ body: (_ before: [Int32], _ after: [Int32], _ targets: [Int32]) -> Void
  ) throws {
    let masker = try TokenMasker(masking, texts.tokenizer)
    var random = RandomStream(seed: 3)
    var start = 0
    while start + 60 < texts.stream.ids.count {
      let length = 3 + random.uniform(below: 58)
      let before = [texts.id("[CLS]")] + texts.stream.ids[start..<start + length] + [texts.id("[SEP]"), 1]
      var after = before
      let targets = masker.mask(&after, &random)
      body(before, after, targets)
      start += length
    }
  }

  /// Bounds of four standard deviations: of the rounding, at most 1/2 per sequence, and of the draws.
  @Test(arguments: [0.15, 0.4]) func `fractions are those of BERT`(probability: Double) throws {
    var (text, chosen, masked, kept, sequences) = (0, 0, 0, 0, 0)
    try forEachMasked(Objective.Masking(probability: probability)) { before, after, targets in
      sequences += 1
      text += before.count - 3
      #expect(targets[0] == -1 && targets.suffix(2) == [-1, -1], "special tokens are never chosen")
      for index in before.indices {
        if targets[index] < 0 {
          #expect(after[index] == before[index])
        } else {
          #expect(targets[index] == before[index])
          chosen += 1
          masked += after[index] == texts.id("[MASK]") ? 1 : 0
          kept += after[index] == before[index] ? 1 : 0
          #expect(after[index] >= 4, "no other special token is put into a text")
        }
      }
    }
    let n = Double(chosen)
    #expect(abs(n - probability * Double(text)) < 4 * 0.5 * Double(sequences).squareRoot())
    #expect(abs(Double(masked) - 0.8 * n) < 4 * (0.16 * n).squareRoot())
    // A random token is by chance the same one in one of 85 cases.
    let share = 0.1 + 0.1 / Double(texts.tokenizer.vocabularySize - 5)
    #expect(abs(Double(kept) - share * n) < 4 * (0.09 * n).squareRoot())
    #expect(chosen > 1000)
  }

  @Test func `pieces of a word are chosen together, and about as many tokens`() throws {
    var (text, chosen, whole) = (0, 0, 0)
    try forEachMasked(Objective.Masking(isWholeWord: true)) { before, _, targets in
      text += before.count - 3
      for index in before.indices {
        chosen += targets[index] < 0 ? 0 : 1
        guard let token = texts.tokenizer.token(before[index]), token.hasPrefix("##"), index > 1 else {
          continue
        }
        whole += targets[index] < 0 ? 0 : 1
        #expect((targets[index] < 0) == (targets[index - 1] < 0), "\(token)")
      }
    }
    #expect(whole > 200, "some chosen words have several pieces")
    // A word that would be too much is passed over: never more than were asked for, and not much less.
    #expect(Double(chosen) < 0.155 * Double(text) && Double(chosen) > 0.11 * Double(text))
  }

  @Test func `a tokenizer without mask and other shares are refused`() throws {
    #expect(throws: LMError.self) { try TokenMasker(Objective.Masking(), Tokenizer.bytes()) }
    for probability in [0, 1, -1, .nan] {
      #expect(throws: LMError.self) {
        try TokenMasker(Objective.Masking(probability: probability), texts.tokenizer)
      }
    }
  }
}
