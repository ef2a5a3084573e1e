import LMTensor
import LMTraining
import Testing

@Suite struct KernelCaseTests {
  @Test func `every family is there, on every shape`() {
    for shape in BenchmarkShape.all {
      let kernels = Set(KernelCase.all(shape).map(\.kernel))
      let feedForward =
        shape.isLlama ? ["gate SiLU", "rotary", "RMS norm"] : ["activation GELU", "layer norm"]
      for kernel in [
        "product NT", "product NN", "product TN", "attention", "attention backward", "cross-entropy",
        "AdamW", "convert",
      ] + feedForward {
        #expect(kernels.contains(kernel), "\(shape.name): \(kernel)")
      }
    }
  }

  @Test func `work is what the sizes say`() throws {
    let cases = KernelCase.all(BenchmarkShape.all[0])
    let product = try #require(cases.first { $0.kernel == "product TN" && $0.size.hasPrefix("up") })
    #expect(product.work == .operations(2 * 768 * 512 * 128, .float32))
    let attention = try #require(cases.first { $0.kernel == "attention backward" && $0.dtype == .bfloat16 })
    #expect(attention.work == .operations(10 * 12 * 64 * 65 / 2 * 128, .bfloat16))
    let convert = try #require(cases.first { $0.kernel == "convert" })
    #expect(convert.work == .bytes(6 * 802_944))
  }

  @Test func `the series of lengths has the same tokens, and pairs that grow with the length`() {
    let cases = KernelCase.set("long-context").filter { $0.kernel == "attention" && $0.dtype == .float32 }
    let expected = [512.0, 2048, 8192].map { length -> KernelCase.Work in
      let pairs: Double = 8192 * (length + 1) / 2
      return .operations(4 * pairs * 512, .float32)
    }
    #expect(cases.map(\.work) == expected)
    #expect(KernelCase.sets.allSatisfy { !KernelCase.set($0).isEmpty } && KernelCase.set("none").isEmpty)
  }

  @Test func `the smallest shape can be measured`() {
    let ceilings = MachineCeilings.measure(readBytes: 1 << 20, secondsPerRepeat: 1e-4, repeats: 3)
    for one in KernelCase.all(BenchmarkShape.all[0]) where !one.kernel.hasPrefix("product") {
      let result = one.measure(ceilings)
      #expect(result.rate > 0 && result.shareOfCeiling > 0 && result.timing.best <= result.timing.median)
    }
  }
}
