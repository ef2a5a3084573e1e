import Glibc
import LMGeneration
import LMTestSupport
import Testing

/// All tokens best first, equal scores by id: a full sort, which the code under test avoids.
private func sorted(_ logits: [Float]) -> [Int] {
  logits.indices.sorted { logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) }
}

private func softmax(_ logits: [Float], of ids: [Int]) -> [Double] {
  let weights = ids.map { exp(Double(logits[$0])) }
  return weights.map { $0 / weights.reduce(0, +) }
}

/// Random, flat, ascending (the worst case of the selection), descending and tied scores.
private func scores(_ count: Int) -> [[Float]] {
  let random = sampleValues(count, seed: 5).map { Float($0 * 6) }
  return [
    random, random.map { $0.rounded() }, [Float](repeating: 1, count: count), random.sorted(),
    random.sorted(by: >),
  ]
}

@Suite struct TokenScoresTests {
  static let sizes = [1, 2, 7, 33, 1000, 5000]

  private func candidates(_ logits: [Float], topK: Int, topP: Float = 1, minP: Float = 0) -> TokenScores {
    var scores = TokenScores()
    logits.withUnsafeBufferPointer { scores.keepTopK(topK, of: $0) }
    scores.keepTopP(topP)
    scores.keepMinP(minP)
    return scores
  }

  @Test(arguments: sizes) func `top-k is the head of the sorted vocabulary, lower ids first among equals`(
    size: Int
  ) {
    for logits in scores(size) {
      let order = sorted(logits)
      for limit in [1, 2, 40, 1500] {
        let kept = candidates(logits, topK: limit).candidates
        if limit < size { #expect(kept.map { Int($0.id) } == Array(order.prefix(limit)), "\(limit)") }
        #expect(kept.count == min(limit, size))
        #expect(kept.allSatisfy { $0.score == logits[Int($0.id)] })
      }
      #expect(candidates(logits, topK: 0).candidates.count == size)
    }
  }

  @Test(arguments: sizes) func `top-p is the shortest head that reaches the probability`(size: Int) {
    for logits in scores(size) {
      for (limit, topK) in [(0, 0), (0.1, 0), (0.5, 0), (0.95, 0), (0.999, 0), (1, 0), (0.5, 40), (0.95, 40)]
      {
        let order = Array(sorted(logits).prefix(topK == 0 ? size : topK))
        var sum = 0.0
        let shares = softmax(logits, of: order)
        let expected =
          limit == 1
          ? order.count
          : shares.prefix { share in
            defer { sum += share }
            return sum < Double(Float(limit)) - 1e-12  // shares that add up to the limit but for rounding
          }.count
        let kept = candidates(logits, topK: topK, topP: Float(limit))
        #expect(kept.candidates.count == max(1, expected), "\(limit) of \(topK)")
        if kept.isSorted {
          #expect(kept.candidates.map { Int($0.id) } == Array(order.prefix(kept.candidates.count)))
        }
      }
    }
  }

  @Test(arguments: sizes) func `min-p keeps what has a share of the best token's probability`(size: Int) {
    for logits in scores(size) {
      let order = sorted(logits)
      for (limit, topK) in [(Float(0), 0), (0.05, 0), (0.5, 0), (1, 0), (0.05, 40), (0.5, 40)] {
        let head = order.prefix(topK == 0 ? size : topK)
        let best = Double(logits[order[0]])
        let expected = head.filter { exp(Double(logits[$0]) - best) >= Double(limit) }
        let kept = candidates(logits, topK: topK, minP: limit)
        #expect(Set(kept.candidates.map { Int($0.id) }) == Set(expected), "\(limit) of \(topK)")
      }
    }
  }

  @Test(arguments: [Float(0.1), 0.8, 1, 3]) func `probabilities are the softmax of what is left`(
    temperature: Float
  ) {
    for logits in scores(1000) {
      let kept = candidates(logits, topK: 40, topP: 0.9, minP: 0.02)
      let order = kept.candidates.map { Int($0.id) }
      let expected = softmax(logits.map { $0 / temperature }, of: order)
      // The oracle divides by the temperature in single precision.
      #expect(relativeError(kept.probabilities(temperature: temperature), expected) < 1e-5)
    }
  }

  @Test func `the smallest temperature leaves the best, no number overflows`() {
    let kept = candidates([-3e38, 3e38, 0, 3e38, -.infinity], topK: 0)
    #expect(kept.probabilities(temperature: .leastNonzeroMagnitude) == [0, 0.5, 0, 0.5])
  }
}
