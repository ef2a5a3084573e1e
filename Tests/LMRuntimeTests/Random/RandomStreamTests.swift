import LMRuntime
import Testing

@Suite struct RandomStreamTests {
  // First outputs of the authors' xoshiro256plusplus.c for the state {1, 2, 3, 4}.
  @Test func `numbers are those of the reference implementation`() throws {
    var stream = try #require(RandomStream(RandomStream.State(words: [1, 2, 3, 4], key: 0)))
    #expect(
      (0..<5).map { _ in stream.next() }
        == [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205])
  }

  // splitmix64.c with seed 1234567, as published with Java's SplittableRandom.
  @Test func `the seed is spread by splitmix64`() {
    #expect(
      RandomStream(seed: 1_234_567).state.words
        == [
          6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
          4_593_380_528_125_082_431,
        ])
  }

  @Test func `a stream continues where its saved state stands`() throws {
    var stream = RandomStream(seed: 7)
    for _ in 0..<11 { _ = stream.normal() }
    let text = stream.state.json.text()
    var restored = try RandomStream(JSONField(JSON.parse(text, from: "t"), in: "t"))
    #expect(restored == stream)
    for _ in 0..<100 { #expect(restored.next() == stream.next()) }
    #expect(restored.split("x") == stream.split("x"))
  }

  @Test(arguments: [[0, 0, 0, 0], [1, 2, 3], []] as [[UInt64]]) func `an impossible state is refused`(
    words: [UInt64]
  ) {
    #expect(RandomStream(RandomStream.State(words: words, key: 0)) == nil)
  }

  @Test(arguments: ["[]", "[\"1\",\"2\",\"3\",\"4\"]", "[\"x\",\"2\",\"3\",\"4\",\"5\"]", "5", "[1,2,3,4,5]"])
  func `other JSON is no stream`(text: String) {
    #expect(throws: LMError.self) { try RandomStream(JSONField(JSON.parse(text, from: "t"), in: "t")) }
  }

  @Test func `streams of different labels differ and do not depend on what was used`() {
    var used = RandomStream(seed: 1)
    for _ in 0..<5 { _ = used.next() }
    #expect(used.split("data") == RandomStream(seed: 1).split("data"))
    var first: Set<UInt64> = []
    for seed in 0..<20 {
      let stream = RandomStream(seed: UInt64(seed))
      var all = [stream] + (0..<20).map { stream.split($0) } + (0..<20).map { stream.split("\($0)") }
      for index in all.indices { first.insert(all[index].next()) }
    }
    #expect(first.count == 20 * 41)
  }
}
