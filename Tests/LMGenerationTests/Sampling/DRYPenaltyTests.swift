import Glibc
import LMGeneration
import Testing

@Suite struct DRYPenaltyTests {
  /// The definition, by trying every earlier place and every length.
  private func reference(_ history: [Int32], _ dry: DRYPenalty, limit: Int) -> [Int32: Double] {
    let text = dry.window < 0 ? history : Array(history.suffix(dry.window))
    var longest: [Int32: Int] = [:]
    for place in text.indices.dropFirst() {
      var length = 0
      while length < place, length < limit, text[place - 1 - length] == text[text.count - 1 - length] {
        length += 1
      }
      if place < text.count, length >= dry.allowedLength {
        longest[text[place]] = max(longest[text[place]] ?? 0, length)
      }
    }
    return longest.mapValues {
      Double(dry.multiplier) * pow(Double(dry.base), Double($0 - dry.allowedLength))
    }
  }

  private func penalised(_ history: [Int32], _ dry: DRYPenalty) throws -> [Float] {
    var settings = SamplingSettings.greedy
    settings.dry = dry
    var sampler = try Sampler(settings)
    var logits = [Float](repeating: 0, count: 8)
    _ = try logits.withUnsafeMutableBufferPointer { try sampler.next(after: history, $0) }
    return logits
  }

  @Test func `what goes on with a repetition loses by its length`() throws {
    for seed in 1...60 as ClosedRange<UInt64> {
      let history = randomLogits(Int(seed), seed: seed).map { Int32(abs($0) / 2) }
      for (allowed, window) in [(1, -1), (2, -1), (2, 20), (4, -1), (2, 0)] {
        var dry = DRYPenalty()
        (dry.multiplier, dry.allowedLength, dry.window) = (0.8, allowed, window)
        let expected = reference(history, dry, limit: .max)
        let found = try penalised(history, dry)
        for id in 0..<8 {
          #expect(abs(Double(found[id]) + (expected[Int32(id)] ?? 0)) < 1e-4 * (1 + abs(Double(found[id]))))
        }
      }
    }
  }

  /// Tokens: a, b, "\n", ":x", "e", "n", "d", "en".
  @Test(
    arguments: [
      ([0, 1, 2, 0, 1, 2], ["\n"], 0), ([0, 1, 2, 0, 1], ["\n"], 2), ([2, 0, 1], ["x"], 3),
      ([0, 3, 1, 1], [":"], 2), ([0, 4, 5, 6, 0, 1], ["end"], 2), ([0, 7, 6, 0], ["end", "zz"], 1),
      ([4, 5], ["end"], 2), ([0, 1], ["", "b"], 0), ([0, 1, 1], [], 3),
    ] as [([Int32], [String], Int)])
  func `breakers are found in the bytes, however tokens cut them`(
    history: [Int32], texts: [String], length: Int
  ) throws {
    let tokens = ["a", "b", "\n", ":x", "e", "n", "d", "en"].map { Array($0.utf8) }
    let vocabulary = TokenVocabulary(count: 8, endIDs: []) { tokens[Int($0)] }
    // The whole twice: the second time it repeats itself, but not over the breaker.
    let twice = history + history
    var dry = DRYPenalty()
    (dry.multiplier, dry.allowedLength) = (1, 1)
    dry.breakers = SequenceBreakers(texts, vocabulary)
    let limit = texts.filter { !$0.isEmpty }.isEmpty || length == history.count ? .max : length
    let expected = limit == 0 ? [:] : reference(twice, dry, limit: limit)
    let found = try penalised(twice, dry)
    for id in 0..<8 { #expect(abs(Double(found[id]) + (expected[Int32(id)] ?? 0)) < 1e-3) }
  }

  @Test func `the greatest repetition overflows nothing`() throws {
    var dry = DRYPenalty()
    (dry.multiplier, dry.base) = (1, 1e30)
    let found = try penalised([Int32](repeating: 1, count: 5000) + [2], dry)
    #expect(found.allSatisfy { $0.isFinite })
  }
}
