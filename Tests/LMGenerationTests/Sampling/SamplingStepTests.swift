import LMGeneration
import LMRuntime
import Testing

@Suite struct SamplingStepTests {
  @Test func `the standard order is llama_cpp's`() throws {
    let names = "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature"
    #expect(SamplingSettings().order.map(\.rawValue).joined(separator: ";") == names)
    #expect(try SamplingStep.list(names, flag: "--samplers") == SamplingStep.allCases)
    #expect(try SamplingStep.list("", flag: "--samplers").isEmpty)
  }

  @Test(arguments: ["top_x", "top_k;top_k", "TOP_K"]) func `unknown and repeated names are refused`(
    list: String
  ) {
    let error = #expect(throws: LMError.self) { try SamplingStep.list(list, flag: "--samplers") }
    #expect(error?.kind == .usage && error?.place == "--samplers")
  }

  /// Top-k of one before or behind a penalty that turns the order round.
  @Test(arguments: [("top_k;penalties", 0), ("penalties;top_k", 1)])
  func `the order counts`(list: String, expected: Int32) throws {
    var settings = SamplingSettings()
    (settings.topK, settings.presencePenalty) = (1, 5)
    settings.order = try SamplingStep.list(list, flag: "--samplers")
    var sampler = try Sampler(settings)
    var logits: [Float] = [3, 2, 0]
    #expect(try logits.withUnsafeMutableBufferPointer { try sampler.next(after: [0], $0) } == expected)
  }

  @Test func `biases come first and can forbid`() throws {
    var settings = SamplingSettings.greedy
    settings.biases = [0: -.infinity, 2: 4, 77: 1]
    var sampler = try Sampler(settings)
    var logits: [Float] = [9, 3, 0]
    #expect(try logits.withUnsafeMutableBufferPointer { try sampler.next(after: [], $0) } == 2)
  }
}
