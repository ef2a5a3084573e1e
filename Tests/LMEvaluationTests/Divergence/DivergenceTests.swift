import LMEvaluation
import LMFormats
import LMRuntime
import LMTestSupport
import LMTransformer
import Testing

@Suite struct DivergenceTests {
  private let temporary = TemporaryDirectory()
  private let text = EvaluationText(ids: SampleModel.ids(300), byteCount: 700, begin: nil)
  private let settings = WindowSettings(length: 24, stride: 10)

  private func scorer(_ seed: UInt64, _ model: Transformer? = nil) -> TokenScorer {
    TokenScorer(model ?? SampleModel.make(seed: seed), precision: .float32)
  }

  private func saved(_ settings: WindowSettings? = nil) throws -> ReferenceScoresFile {
    try ReferenceScoresFile.write(text, settings ?? self.settings, scorer(3), to: temporary("r.safetensors"))
    return try ReferenceScoresFile(temporary("r.safetensors"))
  }

  /// ln p of the whole vocabulary in every place that counts, in Double.
  private func logProbabilities(_ model: Transformer) -> [[Double]] {
    settings.windows(of: text.ids.count).flatMap { window in
      let ids = Array(text.ids[window.range])
      let scores = doubles(
        model.logits(ids, ForwardContext(batch: 1, tokens: ids.count, precision: .float32)))
      return window.scored.map { place in
        let row = Array(
          scores[(place - window.range.lowerBound - 1) * 53..<(place - window.range.lowerBound) * 53])
        let sum = SampleModel.logSum(row)
        return row.map { $0 - sum }
      }
    }
  }

  @Test func `a model does not differ from itself`() throws {
    let divergence = try Divergence(from: try saved(), scorer(3))
    // What 16 bits leave in one place (see ReferenceRow), and much less in the mean.
    #expect(abs(divergence.divergence.value) < 1e-6 && abs(divergence.divergences[1]) < 5e-5)
    #expect(
      divergence.sameTop.value == 1 && divergence.rootMeanSquareChange == 0 && divergence.perplexityRatio == 1
    )
    #expect(divergence.perplexity == divergence.referencePerplexity)
    let direct = try Perplexity(text, settings, scorer(3))
    #expect(divergence.perplexity.natsPerToken == direct.natsPerToken && direct.tokens == 299)
  }

  @Test func `figures are those of the formulas in double precision`() throws {
    let divergence = try Divergence(from: try saved(), scorer(4))
    let (p, q) = (logProbabilities(SampleModel.make(seed: 3)), logProbabilities(SampleModel.make(seed: 4)))
    let ids = text.ids[1...].map { Int($0) }
    let values = zip(p, q).map { p, q in zip(p, q).reduce(0) { $0 + exponential($1.0) * ($1.0 - $1.1) } }
    let changes = p.indices.map { exponential(q[$0][ids[$0]]) - exponential(p[$0][ids[$0]]) }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    // Divergences of about 3; a step of 16 bits moves each by 10⁻⁴ at most.
    #expect(mean > 0.1 && abs(divergence.divergence.value - mean) < 1e-4 * mean)
    #expect(abs(divergence.divergences[1] - (values.max() ?? 0)) < 1e-3)
    #expect(abs(divergence.divergences[0.5] - Quantiles(values.map { Float($0) })[0.5]) < 1e-3)
    let squares = changes.reduce(0) { $0 + $1 * $1 }
    #expect(abs(divergence.rootMeanSquareChange - (squares / count).squareRoot()) < 1e-5)
    #expect(abs(divergence.probabilityChange.value - changes.reduce(0, +) / count) < 1e-5)
    let ratio = p.indices.reduce(0.0) { $0 + p[$1][ids[$1]] - q[$1][ids[$1]] } / count
    #expect(abs(divergence.logRatio.value - ratio) < 1e-5)
    let same = zip(p, q).count { p, q in p.firstIndex(of: p.max() ?? 0) == q.firstIndex(of: q.max() ?? 0) }
    #expect(divergence.sameTop.value == Double(same) / count)
    #expect(divergence.probabilityChanges[0] <= divergence.probabilityChanges[1])
  }

  @Test func `the file says how the text is cut`() throws {
    for settings in [settings, WindowSettings(.halfContext, length: 12)] {
      let file = try saved(settings)
      #expect(
        file.settings.kind == settings.kind && file.settings.length == settings.length && file.text == text)
      let tokens = settings.windows(of: 300).reduce(0) { $0 + $1.scored.count }
      let header = try FileSystem.size(of: temporary("r.safetensors")) - tokens * (2 * 53 + 12) - 4 * 300
      #expect((200..<400).contains(header))
    }
  }

  @Test func `rows keep what spans 32 nats, and what is impossible stays so`() {
    for span in [0, 1e-3, 5, 31, 100, Float.infinity] as [Float] {
      let scores: [Float] = [0, -span, -1, -0.5]
      var row = [UInt16](repeating: 0, count: ReferenceRow.headLength + 4)
      scores.withUnsafeBufferPointer { scores in
        row.withUnsafeMutableBufferPointer { ReferenceRow.encode(scores, loss: 0.5, into: $0) }
      }
      let finite: [Float] = [0, -min(span, 40), -1, -0.5]
      let own = row.withUnsafeBufferPointer { row in
        finite.withUnsafeBufferPointer { ReferenceRow(row).comparison(with: $0, loss: 0.5) }
      }
      #expect(
        own.map { abs($0.divergence) < 1e-4 && $0.hasSameTop } ?? false, "\(span): \(own?.divergence ?? -1)")
    }
  }

  @Test func `files that are none are refused`() throws {
    let path = temporary("r.safetensors")
    _ = try saved()
    let good = try TemporaryDirectory.bytes(of: path)
    let text = String(decoding: good[8..<8 + Int(good[0]) + 256 * Int(good[1])], as: UTF8.self)
    for (found, other) in [
      ("\"max_length\":\"24\"", "\"max_length\":\"01\""), ("\"stride\":\"10\"", "\"stride\":\"99\""),
      ("strided", "stridex"), ("lm-reference", "lm-referance"),
      ("\"version\":\"1\"", "\"version\":\"2\""),
      ("\"vocabulary_size\":\"53\"", "\"vocabulary_size\":\"54\""),
      ("\"begin\":\"-1\"", "\"begin\":\"53\""), ("I32", "F32"), ("U16", "F16"), ("\"rows\"", "\"rowz\""),
    ] {
      let changed = Array(text.replacing(found, with: other).utf8)
      #expect(changed.count == text.utf8.count && changed != Array(text.utf8), "\(found)")
      try temporary.write("r.safetensors", good[..<8] + changed + good[(8 + changed.count)...])
      #expect(throws: LMError.self, "\(found)") { try ReferenceScoresFile(path) }
    }
    // Rows of ones: a highest ln p that is not a number.
    try temporary.write("r.safetensors", good.dropLast(118) + [UInt8](repeating: 0xFF, count: 118))
    #expect { try Divergence(from: try ReferenceScoresFile(path), scorer(3)) } throws: {
      "\($0)".contains("row 298")
    }
    try temporary.write("r.safetensors", good.dropLast(2))
    #expect(throws: LMError.self) { try ReferenceScoresFile(path) }
  }

  @Test func `another vocabulary is refused, and a shorter context`() throws {
    let file = try saved()
    var short = SampleModel.configuration()
    short.contextLength = 23
    #expect { try Divergence(from: file, scorer(3, SampleModel.make(short))) } throws: {
      "\($0)".contains("the model's context is 23")
    }
    #expect {
      try Divergence(from: file, scorer(3, SampleModel.make(SampleModel.configuration(54))))
    } throws: {
      "\($0)".contains("one vocabulary")
    }
  }

  @Test func `quantiles`() {
    let quantiles = Quantiles([3, 1, 2, 5])
    #expect(quantiles[0] == 1 && quantiles[1] == 5 && quantiles[0.5] == 2.5 && quantiles[1 / 3.0] == 2)
    #expect(Quantiles([])[0.5] == 0 && Quantiles([7])[0.9] == 7)
  }
}
