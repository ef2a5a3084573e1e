import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

@Suite struct TransformerTests {
  /// Float32 against double: a few hundred roundings of 6e-8, relative to the largest score.
  @Test(arguments: SampleModel.all + SampleModel.random(40))
  func `scores are those of the formulas in double precision`(_ sample: SampleModel) {
    let model = sample.model()
    let (ids, reference) = (sample.ids(6), ReferenceTransformer(sample.model()))
    let expected = reference.logits(ids).flatMap { $0 }
    onEveryInstructionSet { set in
      let scores = model.logits(
        ids,
        ForwardContext(
          batch: 1, tokens: ids.count, isCausal: sample.configuration.isCausal, precision: .float32))
      #expect(relativeError(doubles(scores), expected) < 1e-5, "\(set)")
      let last = model.lastLogits(
        ids,
        ForwardContext(
          batch: 1, tokens: ids.count, isCausal: sample.configuration.isCausal, precision: .float32))
      #expect(relativeError(doubles(last), Array(expected.suffix(last.elementCount))) < 1e-5, "\(set)")
      // bf16 products: 8 bits of each operand, through up to three layers.
      let half = model.logits(
        ids,
        ForwardContext(
          batch: 1, tokens: ids.count, isCausal: sample.configuration.isCausal, precision: .bfloat16))
      #expect(relativeError(doubles(half), expected) < 0.1, "\(set) bf16")
    }
  }

  @Test(arguments: SampleModel.all)
  func `sequences of a batch do not see each other`(_ sample: SampleModel) {
    let (model, ids, tokens) = (sample.model(), sample.ids(15), 5)
    let together = model.logits(
      ids,
      ForwardContext(batch: 3, tokens: tokens, isCausal: sample.configuration.isCausal, precision: .float32)
    ).toArray()
    let apart = (0..<3).flatMap { sequence in
      let own = Array(ids[sequence * tokens..<(sequence + 1) * tokens])
      return model.logits(
        own,
        ForwardContext(batch: 1, tokens: tokens, isCausal: sample.configuration.isCausal, precision: .float32)
      ).toArray()
    }
    #expect(relativeError(together.map(Double.init), apart.map(Double.init)) < 1e-5)
  }

  /// The gradient of each tensor along a random direction, which every element takes part in, and of its element
  /// with the largest gradient, against central differences of the double oracle (h = 1e-5, error about 1e-9).
  @Test(arguments: SampleModel.all + SampleModel.random(16))
  func `gradients are the differences of the loss in double precision`(_ sample: SampleModel) throws {
    let model = sample.model()
    let (tokens, smoothing) = (5, 0.1)
    let ids = sample.ids(2 * tokens)
    var targets = sample.ids(2 * tokens, seed: 2)
    targets[3] = -1
    let tape = Tape()
    let context = ForwardContext(
      batch: 2, tokens: tokens, isCausal: sample.configuration.isCausal, precision: .float32, tape: tape)
    let loss = model.loss(ids, targets: targets, smoothing: Float(smoothing), gradientScale: 0.5, context)
    tape.backward()
    let reference = ReferenceTransformer(model)
    func value(_ weights: [String: [Double]]) -> Double {
      var moved = reference
      moved.weights = weights
      return moved.loss(ids, targets: targets, tokens: tokens, smoothing: smoothing)
    }
    #expect(loss.tokens == 9)
    #expect(abs(loss.total / value(reference.weights) - 1) < 1e-5)

    func difference(_ name: String, _ direction: [Double]) -> Double {
      var weights = reference.weights
      let h = 1e-5, old = weights[name] ?? []
      weights[name] = zip(old, direction).map { $0 + h * $1 }
      let above = value(weights)
      weights[name] = zip(old, direction).map { $0 - h * $1 }
      return 0.5 * (above - value(weights)) / (2 * h)
    }
    for (index, parameter) in model.parameters.enumerated() {
      let gradient = doubles(try #require(parameter.gradient, "\(parameter.name) has no gradient"))
      let size = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let top = gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) } ?? 0
      let directions = [
        sampleValues(gradient.count, seed: UInt64(index) + 77), gradient.indices.map { $0 == top ? 1.0 : 0 },
      ]
      for direction in directions {
        let analytic = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
        // Relative to what the direction could have shown: 1e-4 as for single operations, some of them in a row.
        #expect(
          abs(analytic - difference(parameter.name, direction)) < 3e-4 * size + 1e-7, "\(parameter.name)")
      }
    }
  }

  @Test(arguments: SampleModel.all.filter { $0.configuration.isCausal })
  func `tokens fed in pieces through caches give the rows of the whole`(_ sample: SampleModel) {
    let model = sample.model()
    let ids = sample.ids(6)
    let whole = doubles(
      model.logits(
        ids,
        ForwardContext(
          batch: 1, tokens: ids.count, isCausal: sample.configuration.isCausal, precision: .float32)))
    onEveryInstructionSet { set in
      for pieces in [[1, 1, 1, 1, 1, 1], [4, 1, 1], [2, 3, 1]] {
        let cache = model.makeCache(.float32)
        var rows: [Double] = []
        var start = 0
        for count in pieces {
          let context = ForwardContext([cache], tokens: [count], precision: .float32)
          rows += doubles(model.logits(Array(ids[start..<start + count]), context))
          start += count
        }
        #expect(relativeError(rows, whole) < 1e-5, "\(set) \(pieces)")
      }
    }
  }

  /// Losses and all gradients of one pass, as bits.
  private func bits(_ sample: SampleModel, precision: DType, dropoutSeed: UInt64?) -> [UInt32] {
    let (model, tape, tokens) = (sample.model(), Tape(), 9)
    let context = ForwardContext(
      batch: 4, tokens: min(tokens, sample.configuration.contextLength),
      isCausal: sample.configuration.isCausal, precision: precision, tape: tape, dropoutSeed: dropoutSeed)
    let count = context.places.count
    let loss = model.loss(sample.ids(count), targets: sample.ids(count, seed: 2), context)
    tape.backward()
    let gradients = model.parameters.flatMap { $0.gradient?.toArray() ?? [] }
    return [Float(loss.total).bitPattern] + gradients.map(\.bitPattern)
  }

  @Test(arguments: SampleModel.all)
  func `with dropout, bits do not depend on the number of threads`(_ sample: SampleModel) {
    let sample = SampleModel(sample.name) {
      $0 = sample.configuration
      $0.dropout = 0.3
    }
    for precision in [DType.float32, .bfloat16] {
      let results = onThreadCounts([1, 2, 3]) { _ in bits(sample, precision: precision, dropoutSeed: 5) }
      #expect(results.allSatisfy { $0 == results[0] }, "\(precision)")
    }
  }

  @Test func `dropout needs a seed, and differs with it`() {
    let sample = SampleModel("dropout") { $0.dropout = 0.3 }
    let plain = SampleModel("none")
    withFixedKernels {
      #expect(
        bits(sample, precision: .float32, dropoutSeed: nil)
          == bits(plain, precision: .float32, dropoutSeed: 1))
      let one = bits(sample, precision: .float32, dropoutSeed: 1)
      #expect(one != bits(sample, precision: .float32, dropoutSeed: 2))
      #expect(one == bits(sample, precision: .float32, dropoutSeed: 1))
    }
  }
}
