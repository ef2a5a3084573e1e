import Glibc
import LMGeneration
import LMTestSupport

/// softmax(logits / temperature) in double precision.
func softmax(_ logits: [Float], temperature: Double = 1) -> [Double] {
  let weights = logits.map { exp(Double($0) / temperature) }
  let total = weights.reduce(0, +)
  return weights.map { $0 / total }
}

/// Random scores, with many ties where `isRounded`.
func randomLogits(_ count: Int, seed: UInt64, isRounded: Bool = false) -> [Float] {
  sampleValues(count, seed: seed).map { Float(isRounded ? ($0 * 4).rounded() : $0 * 6) }
}

/// What a step leaves of `logits`: the ids in ascending order.
func kept(_ logits: [Float], topK: Int = 0, _ step: (inout TokenScores) -> Void) -> [Int] {
  var scores = TokenScores()
  logits.withUnsafeBufferPointer { scores.keepTopK(topK, of: $0) }
  step(&scores)
  return scores.candidates.map { Int($0.id) }.sorted()
}
