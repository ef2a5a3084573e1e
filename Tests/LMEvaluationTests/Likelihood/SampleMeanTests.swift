import LMEvaluation
import LMTestSupport
import Testing

@Suite struct SampleMeanTests {
  @Test func `mean and standard error are those of the formulas`() {
    for count in [0, 1, 2, 33, 1000] {
      let values = sampleValues(count, seed: 4).map { 1e6 + $0 }
      var sums = SampleMean()
      for value in values { sums.add(value) }
      guard count > 0 else {
        #expect(sums.value == 0 && sums.standardError == 0)
        continue
      }
      let mean = values.reduce(0, +) / Double(count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = count < 2 ? 0 : (squares / Double(count - 1) / Double(count)).squareRoot()
      // Around 10⁶ doubles are 10⁻¹⁰ apart.
      #expect(abs(sums.value - mean) < 1e-8 && abs(sums.standardError - error) < 1e-8, "\(count)")
    }
  }
}
