import LMAutograd
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

/// Layers that backward computes again.
@Suite struct CheckpointingTests {
  /// Bits of the loss and of all gradients after two batches whose gradients are added.
  private func bits(
    _ sample: SampleModel, checkpoints: Bool, _ precision: DType, frozen: (String) -> Bool = { _ in false }
  ) -> [String: [UInt32]] {
    let model = sample.model()
    for parameter in model.parameters where frozen(parameter.name) { parameter.isTrainable = false }
    var losses: [Float] = []
    for part in 0..<2 {
      let tape = Tape()
      var context = ForwardContext(
        batch: 2, tokens: 5, precision: precision, tape: tape, dropoutSeed: 7 + UInt64(part))
      context.checkpointsBlocks = checkpoints
      let (ids, targets) = (sample.ids(10, seed: 1 + UInt64(part)), sample.ids(10, seed: 9 + UInt64(part)))
      losses.append(Float(model.loss(ids, targets: targets, gradientScale: 0.1, context).total))
      tape.backward()
    }
    var result = ["loss": losses.map(\.bitPattern)]
    for parameter in model.parameters {
      result[parameter.name] = parameter.gradient?.toArray().map(\.bitPattern)
    }
    return result
  }

  private static let samples = (SampleModel.all + SampleModel.random(12)).flatMap { sample in
    [
      sample,
      SampleModel("\(sample.name), dropout") {
        $0 = sample.configuration
        $0.dropout = 0.3
      },
    ]
  }

  @Test(arguments: samples) func `gradients have the bits of those without it`(_ sample: SampleModel) {
    for precision in [DType.float32, .bfloat16] {
      let results = onThreadCounts([1, 3]) { _ in
        [false, true].map { bits(sample, checkpoints: $0, precision) }
      }.flatMap { $0 }
      #expect(results.allSatisfy { $0 == results[0] }, "\(precision)")
      #expect(results[0].count == sample.model().parameters.count + 1)
    }
  }

  @Test(arguments: [".weight", "layers.0", "norm", "embedding"])
  func `frozen parameters stay without a gradient`(part: String) {
    var dropped = SampleModel.all[1].configuration
    dropped.dropout = 0.2
    let sample = SampleModel("llama with biases") { $0 = dropped }
    withFixedKernels {
      let (kept, made) = (
        bits(sample, checkpoints: false, .float32) { $0.contains(part) },
        bits(sample, checkpoints: true, .float32) { $0.contains(part) }
      )
      #expect(kept == made)
      #expect(kept.keys.allSatisfy { !$0.contains(part) } && kept.count > 1)
    }
  }

  /// Without dropout masks of its own, a layer that runs twice would draw twice: the masks are no function of
  /// how often they are asked for.
  @Test func `dropout changes the gradient, so equal bits mean equal masks`() {
    let sample = Self.samples[1]
    withFixedKernels {
      #expect(bits(sample, checkpoints: true, .float32) != bits(Self.samples[0], checkpoints: true, .float32))
    }
  }
}
