import LMData
import LMEvaluation
import LMRuntime
import LMTensor
import LMTestSupport
import LMTokenizer
import LMTransformer
import Testing

@Suite struct PerplexityTests {
  private func perplexity(
    _ ids: [Int32], _ settings: WindowSettings, begin: Int32? = nil, bytes: Int = 0
  ) throws -> Perplexity {
    try Perplexity(
      EvaluationText(ids: ids, byteCount: bytes, begin: begin), settings,
      TokenScorer(SampleModel.make(), precision: .float32))
  }

  /// Each window alone in a pass of its own, the log-softmax in Double.
  private func reference(_ ids: [Int32], _ settings: WindowSettings, begin: Int32? = nil) -> SampleMean {
    var sums = SampleMean()
    for window in settings.windows(of: ids.count) {
      var read = Array(ids[window.range])
      if let begin { read[0] = begin }
      let losses = SampleModel.losses(SampleModel.make(), read)
      for place in window.scored { sums.add(losses[place - window.range.lowerBound - 1]) }
    }
    return sums
  }

  @Test func `losses are those of every window alone`() throws {
    let ids = SampleModel.ids(3000)
    let cases: [(WindowSettings, Int32?)] = [
      (WindowSettings(length: 24), nil), (WindowSettings(length: 24, stride: 24), nil),
      (WindowSettings(length: 9, stride: 2), nil), (WindowSettings(.halfContext, length: 24), nil),
      (WindowSettings(.halfContext, length: 11), 7),
    ]
    for (settings, begin) in cases {
      for count in [2, 24, 100, 3000] where !settings.windows(of: count).isEmpty {
        let text = Array(ids[..<count])
        let (own, expected) = (
          try perplexity(text, settings, begin: begin), reference(text, settings, begin: begin)
        )
        #expect(own.tokens == expected.count)
        // Float32 scores of about 3: sums of 3,000 agree to 10⁻⁶.
        #expect(abs(own.natsPerToken - expected.value) < 1e-5, "\(settings) \(count)")
        #expect(abs(own.natsPerTokenError - expected.standardError) < 1e-5)
      }
    }
  }

  @Test func `bits do not depend on the number of threads`() throws {
    let ids = SampleModel.ids(500)
    let results = try onThreadCounts([1, 2, 5]) { _ in try perplexity(ids, WindowSettings(length: 24)) }
    #expect(Set(results.map(\.natsPerToken)).count == 1 && results[0].tokens == 499)
  }

  @Test func `units`() throws {
    let result = try perplexity([1, 2, 3, 4, 5], WindowSettings(length: 24), begin: 1, bytes: 9)
    #expect(abs(result.perplexity - exponential(result.natsPerToken)) < 1e-9)
    #expect(abs(result.bitsPerToken * logarithm(2) - result.natsPerToken) < 1e-12)
    // All four tokens of the text counted: bits of the whole text over its bytes.
    #expect(abs((result.bitsPerByte ?? 0) - result.losses.total / logarithm(2) / 9) < 1e-9)
    #expect(try perplexity([1, 2], WindowSettings(length: 24)).bitsPerByte == nil)
    let unbegun = try perplexity([1, 2, 3, 4, 5], WindowSettings(length: 24), bytes: 9)
    #expect(abs((unbegun.bitsPerByte ?? 0) - (result.bitsPerByte ?? 0) * 5 / 4) < 1e-9)
  }

  @Test func `what cannot be measured is refused`() {
    for ids in [[], [1]] as [[Int32]] {
      #expect { try perplexity(ids, WindowSettings(length: 24)) } throws: { "\($0)".contains("too few") }
    }
    #expect { try perplexity(SampleModel.ids(20), WindowSettings(.halfContext, length: 24)) } throws: {
      "\($0)".contains("24 are needed")
    }
    #expect { try perplexity([1, 53, 2], WindowSettings(length: 24)) } throws: { "\($0)".contains("token 1") }
    #expect { try perplexity([1, -1, 2], WindowSettings(length: 24)) } throws: { "\($0)".contains("-1") }
  }

  @Test func `scores that are no numbers are refused`() {
    let model = SampleModel.make()
    model.embedding.value.floats[7] = .nan
    let text = EvaluationText(ids: SampleModel.ids(40), byteCount: 1, begin: nil)
    #expect {
      try Perplexity(text, WindowSettings(length: 24), TokenScorer(model, precision: .float32))
    } throws: {
      ($0 as? LMError)?.kind == .diverged
    }
  }

  @Test func `documents begin with the token that begins texts`() throws {
    var tokenizer = Tokenizer.bytes()
    let source = TextSource([TextDocument("ab"), TextDocument(""), TextDocument("c")])
    let begin = try #require(tokenizer.bosID)
    let text = try EvaluationText(source, with: tokenizer)
    #expect(text.ids == [begin, 97, 98, begin, 99] && text.begin == begin && text.byteCount == 3)
    // GPT-2 has one token for begin and end: it stands between documents.
    tokenizer.specialIDs.end = begin
    #expect(try EvaluationText(source, with: tokenizer).ids == [97, 98, begin, 99])
    tokenizer.template.prefix = [begin]
    #expect(try EvaluationText(source, with: tokenizer).ids == [begin, 97, 98, begin, 99])
    tokenizer.template.prefix = []
    tokenizer.specialIDs = .init()
    #expect(try EvaluationText(source, with: tokenizer).ids == [97, 98, 99])
  }
}
