import LMData
import LMRuntime
import LMTokenizer
import Testing

@Suite struct MaskedBatchSamplerTests {
  private let ragged: SampleTexts
  init() throws { ragged = try SampleTexts(documents: 30, words: 25, isRagged: true) }

  @Test func `a batch is a function of seed and step`() throws {
    var one = try ragged.sampler()
    let batches = (0..<60).map { one.batch($0) }
    for step in [59, 3, 40, 0] {
      var other = try ragged.sampler()
      #expect(other.batch(step) == batches[step])
    }
    var foreign = try ragged.sampler(seed: 2)
    #expect(foreign.batch(0) != batches[0])
  }

  /// Each span is a piece of one document in [CLS] … [SEP]; an epoch has the same number of them as any other.
  @Test func `an epoch has spans of all documents, and none crosses a border`() throws {
    var sampler = try ragged.sampler(sequences: 1)
    let count = sampler.sequencesPerEpoch
    let documents = ragged.stream.documents.map { Array(ragged.stream.ids[$0]) }.filter { !$0.isEmpty }
    #expect(count == documents.reduce(0) { $0 + max(1, $1.count / 18) })
    for epoch in 0..<3 {
      var seen: Set<Int> = []
      for place in 0..<count {
        let batch = sampler.batch(epoch * count + place)
        #expect(batch.sentences.isEmpty && batch.segments == [Int32](repeating: 0, count: batch.ids.count))
        #expect(batch.tokens <= 20 && batch.trainedTokens == batch.ids.count)
        let text = Array(batch.restored[0].dropFirst().dropLast())
        #expect(batch.ids.first == ragged.id("[CLS]") && batch.ids.last == ragged.id("[SEP]"))
        let home = documents.indices.filter {
          documents[$0].count <= 18 ? documents[$0] == text : documents[$0].contains(text)
        }
        #expect(!home.isEmpty)
        seen.formUnion(home)
      }
      #expect(seen.count == documents.count, "epoch \(epoch)")
    }
  }

  @Test func `masks differ between epochs`() throws {
    // Whole documents: the spans are the same in each epoch.
    let texts = try SampleTexts(documents: 12, words: 5)
    var sampler = try texts.sampler(Objective.Masking(probability: 0.3), sequences: 12, tokens: 60)
    #expect(sampler.sequencesPerEpoch == 12)
    func masks(_ epoch: Int) -> [[Int32]: [Int32]] {
      let batch = sampler.batch(epoch)
      var (start, result) = (0, [[Int32]: [Int32]]())
      for (text, length) in zip(batch.restored, batch.lengths) {
        result[text] = Array(batch.targets[start..<start + length])
        start += length
      }
      return result
    }
    let (first, second) = (masks(0), masks(1))
    #expect(Set(first.keys) == Set(second.keys) && first.count == 12)
    #expect(first.keys.count { first[$0] != second[$0] } >= 10)
  }

  private struct Pair {
    let first: [Int32], second: [Int32], isForeign: Bool
  }

  private func pairs(_ texts: SampleTexts, count: Int) throws -> [Pair] {
    var sampler = try texts.sampler(Objective.Masking(hasPairs: true), sequences: 1)
    return (0..<count).map { step in
      let batch = sampler.batch(step)
      let (text, separator) = (batch.restored[0], texts.id("[SEP]"))
      let ends = text.indices.filter { text[$0] == separator }
      #expect(text[0] == texts.id("[CLS]") && ends.count == 2 && ends[1] == text.count - 1)
      #expect(batch.segments == text.indices.map { $0 <= ends[0] ? 0 : 1 } && text.count <= 20)
      return Pair(
        first: Array(text[1..<ends[0]]), second: Array(text[ends[0] + 1..<ends[1]]),
        isForeign: batch.sentences == [1])
    }
  }

  @Test func `half of the pairs belong together, the others are of two documents`() throws {
    let documents = ragged.stream.documents.map { Array(ragged.stream.ids[$0]) }
    let pairs = try pairs(ragged, count: 2000)
    let foreign = pairs.count(where: \.isForeign)
    // Four standard deviations.
    #expect(abs(foreign - 1000) < 90)
    for pair in pairs {
      #expect(!pair.first.isEmpty && !pair.second.isEmpty)
      let isJoined = documents.contains { $0.contains(pair.first + pair.second) }
      if !pair.isForeign { #expect(isJoined) }
      #expect(documents.contains { $0.contains(pair.second) })
    }
    // By chance a short foreign text may continue the first.
    #expect(
      pairs.count { pair in pair.isForeign && documents.contains { $0.contains(pair.first + pair.second) } }
        < foreign / 20)
  }

  @Test func `of one document the other text is from elsewhere`() throws {
    let texts = try SampleTexts(documents: 1, words: 300)
    let pairs = try pairs(texts, count: 600)
    let foreign = pairs.filter(\.isForeign)
    #expect(abs(foreign.count - 300) < 50)
    #expect(foreign.count { texts.stream.ids.contains($0.first + $0.second) } < 15)
    #expect(foreign.allSatisfy { texts.stream.ids.contains($0.second) })
    let short = try SampleTexts(documents: 1, words: 12)
    #expect(throws: LMError.self) { try short.sampler(Objective.Masking(hasPairs: true)) }
  }

  @Test func `held-out batches are the same each time and have every sequence once`() throws {
    let sampler = try ragged.sampler(Objective.Masking(hasPairs: true), sequences: 7)
    let (one, two) = (Array(sampler.evaluationBatches), Array(sampler.evaluationBatches))
    #expect(one == two)
    #expect(one.reduce(0) { $0 + $1.sequences } == sampler.sequencesPerEpoch)
    #expect(one.dropLast().allSatisfy { $0.sequences == 7 })
  }

  @Test func `a context without room and a text without words are refused`() throws {
    for tokens in 1...2 { #expect(throws: LMError.self) { try ragged.sampler(tokens: tokens) } }
    for tokens in 1...4 {
      #expect(throws: LMError.self) { try ragged.sampler(Objective.Masking(hasPairs: true), tokens: tokens) }
    }
    var smallest = try ragged.sampler(tokens: 3)
    #expect(smallest.batch(0).lengths.allSatisfy { $0 == 3 })
    let empty = TokenStream(ids: [], byteCount: 0, documents: [])
    #expect(throws: LMError.self) {
      try MaskedBatchSampler(empty, Objective.Masking(), ragged.tokenizer, sequences: 1, tokens: 9, seed: 1)
    }
  }
}
