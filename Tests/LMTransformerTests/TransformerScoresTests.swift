import LMTensor
import LMTestSupport
import LMTransformer
import Testing

@Suite struct TransformerScoresTests {
  @Test func `scores of a range of rows are those of all`() {
    for sample in [SampleModel("llama"), SampleModel("soft cap") { $0.logitSoftCap = 2 }] {
      // 60,000 entries: chunks of 96 rows at most.
      var configuration = sample.configuration
      (configuration.vocabularySize, configuration.contextLength) = (60_000, 300)
      let model = Transformer(configuration)
      model.initialize(seed: 2, deviation: 0.3)
      let ids = (0..<300).map { Int32($0 * 37 % 1000) }
      let context = ForwardContext(batch: 1, tokens: ids.count, precision: .float32)
      let hidden = model.hidden(ids, context).value
      let all = model.logits(ids, context)
      var next = 50
      model.forEachScores(after: hidden, rows: 50..<290, precision: .float32) { rows, scores in
        #expect(rows.lowerBound == next && rows.count <= 96 && scores.shape == [rows.count, 60_000])
        #expect(relativeError(doubles(scores), doubles(all.rows(rows))) < 1e-6)
        next = rows.upperBound
      }
      #expect(next == 290)
      model.forEachScores(after: hidden, rows: 3..<3, precision: .float32) { _, _ in Issue.record("no rows") }
    }
  }
}
