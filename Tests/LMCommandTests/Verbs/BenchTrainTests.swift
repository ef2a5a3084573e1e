import LMRuntime
import LMTestSupport
import Testing

/// Laws about the memory of training, each measured in a process of its own.
@Suite struct BenchTrainTests {
  private struct Memory: Equatable {
    let peak: Int
    let lateAllocations: Int
  }

  /// A model of width 64 (gpt2 without biases, 65,536 or more bytes in every large tensor).
  private func memory(
    layers: Int, batch: Int = 8, context: Int = 128, parts: Int = 1, precision: String = "fp32",
    threads: Int = 2, _ more: [String] = []
  ) throws -> Memory {
    let outcome = try LM.run(
      [
        "bench", "train", "--family=gpt2", "--no-biases", "--layers=\(layers)", "--heads=4", "--width=64",
        "--context=\(context)", "--vocab-size=100", "--batch-size=\(batch)", "--steps=3",
        "--grad-accumulation-steps=\(parts)", "--precision=\(precision)", "--threads=\(threads)",
      ] + more)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    let field = JSONField(try JSON.parse(outcome.output, from: "bench"), in: "bench")
    return Memory(
      peak: try field["peak_tensor_bytes"].integer(in: 1...Int.max),
      lateAllocations: try field["late_system_allocations"].integer(in: 0...Int.max))
  }

  /// M = 1024 tokens of width 64 in float32.
  private static let residualStream = 1024 * 64 * 4
  /// Values, gradients and two moments of 12 · 64² weights, and of two norms of 64.
  private static let layerState = 4 * 4 * (12 * 64 * 64 + 2 * 64)

  @Test(arguments: ["fp32", "bf16"])
  func `with checkpointing a layer costs its state and one residual stream`(precision: String) throws {
    func growth(_ more: [String]) throws -> Int {
      let few = try memory(layers: 6, precision: precision, more)
      let many = try memory(layers: 26, precision: precision, more)
      return (many.peak - few.peak) / 20 - Self.layerState
    }
    let checkpointed = try growth(["--grad-checkpoint"])
    // Blocks are rounded up to pages and classes: less than 1 % of these sizes.
    #expect(abs(Double(checkpointed) / Double(Self.residualStream) - 1) < 0.01, "\(checkpointed)")
    // Two residual streams, queries, keys and values, attention, and 4 D of feed-forward; in bf16 half of all
    // but the first.
    let kept = precision == "fp32" ? 10.0 : 6.0
    #expect(abs(Double(try growth([])) / Double(Self.residualStream) - kept) < 0.3)
  }

  @Test func `the peak does not grow with the number of batches in a step`() throws {
    let once = try memory(layers: 4)
    #expect(try [2, 5].map { try memory(layers: 4, parts: $0).peak } == [once.peak, once.peak])
    // With few tokens the first gradient is kept as factors, from the second on as numbers.
    let twice = try memory(layers: 4, batch: 1, context: 8, parts: 2)
    #expect(try memory(layers: 4, batch: 1, context: 8, parts: 6).peak == twice.peak)
    #expect(try memory(layers: 4, batch: 1, context: 8).peak < twice.peak)
  }

  @Test(arguments: [1, 3]) func `after two steps the system is asked for nothing`(threads: Int) throws {
    for precision in ["fp32", "bf16"] {
      for more in [[], ["--grad-checkpoint"], ["--dropout=0.1"]] {
        let found = try memory(layers: 3, parts: 2, precision: precision, threads: threads, more)
        #expect(found.lateAllocations == 0, "\(precision) \(more)")
      }
    }
  }

  @Test func `a pretraining run with checkpointing writes the same model`() throws {
    let temporary = TemporaryDirectory()
    let run = try SampleRun(temporary)
    let outcome = try LM.run(run.arguments + ["--grad-checkpoint"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(try run.digest() == SampleRun.finished().digest())
  }
}
