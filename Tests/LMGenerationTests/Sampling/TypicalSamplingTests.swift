import Glibc
import LMGeneration
import Testing

@Suite struct TypicalSamplingTests {
  /// The definition of arXiv 2202.00666, equation 10: the nearest to the entropy until the sum is above the limit.
  private func reference(_ logits: [Float], _ limit: Double) -> [Int] {
    let shares = softmax(logits)
    let entropy = -shares.reduce(0) { $0 + $1 * log($1) }
    let order = shares.indices.sorted {
      (abs(-log(shares[$0]) - entropy), $0) < (abs(-log(shares[$1]) - entropy), $1)
    }
    var sum = 0.0
    var result: [Int] = []
    for index in order {
      result.append(index)
      sum += shares[index]
      if sum > limit { break }
    }
    return result.sorted()
  }

  @Test(arguments: [1, 2, 7, 33, 1000]) func `it keeps what is nearest to the entropy`(size: Int) {
    for seed in 1...5 as ClosedRange<UInt64> {
      let logits = randomLogits(size, seed: seed)
      for limit in [Float(0), 0.2, 0.5, 0.9, 0.99] {
        #expect(kept(logits) { $0.keepTypical(limit) } == reference(logits, Double(limit)), "\(limit)")
      }
      #expect(kept(logits) { $0.keepTypical(1) }.count == size)
    }
  }

  @Test func `the best token may go`() {
    let logits: [Float] = [2] + [Float](repeating: 0, count: 60)
    #expect(!kept(logits) { $0.keepTypical(0.3) }.contains(0))
  }
}
