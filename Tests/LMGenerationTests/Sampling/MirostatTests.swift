import Glibc
import LMGeneration
import Testing

@Suite struct MirostatTests {
  /// arXiv 2007.14966, algorithm 2, beside the sampler: the tokens that it may draw and the bound.
  @Test func `what would surprise more than the bound is never drawn, and the bound follows`() throws {
    var settings = SamplingSettings()
    (settings.temperature, settings.seed) = (1, 4)
    settings.mirostat = Mirostat()
    settings.mirostat?.target = 3
    settings.mirostat?.rate = 0.2
    var sampler = try Sampler(settings)
    var bound = 6.0
    var surprises: [Double] = []
    for step in 0..<400 {
      var logits = randomLogits(300, seed: UInt64(step) + 1).map { $0 / 2 }
      let shares = softmax(logits)
      let id = try logits.withUnsafeMutableBufferPointer { try sampler.next(after: [], $0) }
      let best = shares.max() ?? 1
      let left = shares.filter { -log2($0) <= bound + 1e-9 || $0 == best }
      #expect(left.contains(shares[Int(id)]), "step \(step)")
      let surprise = -log2(shares[Int(id)] / left.reduce(0, +))
      bound -= Double(Float(0.2)) * (surprise - 3)
      surprises.append(surprise)
    }
    // The mean surprise is held at the target: that is what Mirostat is for.
    #expect(abs(surprises.suffix(300).reduce(0, +) / 300 - 3) < 0.2)
  }
}
