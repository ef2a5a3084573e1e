import LMData
import LMRuntime
import Testing

@Suite struct PrefixBatchesTests {
  private let stream = TokenStream(ids: (0..<200).map { Int32($0) }, byteCount: 200)

  @Test func `only what stands behind a prefix is predicted`() throws {
    var sampler = try BatchSampler(stream, sequences: 50, tokens: 6, seed: 4)
    let (batch, plain) = (sampler.prefixBatch(3), sampler.batch(3))
    let prefixes = try #require(batch.prefixes)
    #expect(batch.ids == plain.ids && Set(prefixes) == [1, 2, 3, 4, 5])
    for sequence in 0..<50 {
      for place in 0..<6 {
        let row = sequence * 6 + place
        // The token at `place + 1` is predicted where it is not of the prefix.
        #expect(batch.targets[row] == (place + 1 < prefixes[sequence] ? -1 : plain.targets[row]))
      }
    }
    #expect(batch.trainedTokens == batch.targets.count { $0 >= 0 })
    var again = try BatchSampler(stream, sequences: 50, tokens: 6, seed: 4)
    #expect(again.prefixBatch(3) == batch && again.prefixBatch(4).prefixes != prefixes)
  }
}
