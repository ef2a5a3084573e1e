import LMFuzz
import Testing

/// The short version of `make fuzz`: here a trap ends the tests.
@Suite struct FuzzTests {
  @Test(arguments: FuzzFormat.all.map(\.name).filter { !$0.hasPrefix("text-") || $0 == "text-bytes" })
  func `a few thousand mutated inputs have no fault`(name: String) throws {
    let format = try #require(FuzzFormat.all.first { $0.name == name })
    // These take a millisecond each.
    let runs = ["pattern", "tiktoken"].contains(name) ? 300 : 3_000
    let fault = try format.firstFault(seed: 2, numbers: 0..<runs)
    #expect(fault == nil, "\(name): lm-fuzz --format \(name) --seed 2 --case \(fault?.number ?? 0)")
  }

  @Test func `inputs are the same for the same seed and differ between numbers`() throws {
    for format in FuzzFormat.all {
      let inputs = (0..<50).map { format.input(seed: 5, number: $0) }
      #expect(inputs == (0..<50).map { format.input(seed: 5, number: $0) })
      #expect(Set(inputs).count > 40)
      #expect(format.input(seed: 6, number: 0) != inputs[0] || format.input(seed: 6, number: 1) != inputs[1])
    }
  }
}
