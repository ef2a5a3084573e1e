import LMTensor
import LMTestSupport
import LMTransformer
import Testing

@Suite struct PoolingTests {
  /// Decoders and encoders, with and without rotation.
  private static let models: [SampleModel] = [
    SampleModel("llama"), SampleModel("encoder") { $0.isCausal = false },
    SampleModel("encoder with a table and segments") {
      ($0.isCausal, $0.position, $0.norm, $0.hasBiases) = (false, .learned, .layer, true)
      ($0.normPlacement, $0.normsEmbedding, $0.segments) = (.post, true, 2)
    },
  ]
  private static let sequences: [[Int32]] = [[3, 1, 4, 1, 5, 9, 2, 6, 5], [7], [2, 2], [1, 8, 0, 22, 4]]

  private func model(_ sample: SampleModel) -> Transformer {
    let model = Transformer(sample.configuration)
    model.initialize(seed: 2, deviation: 0.3)
    return model
  }

  /// The sequence alone, pooled in Double.
  private func expected(_ model: Transformer, _ ids: [Int32], _ pooling: Pooling, normalizes: Bool)
    -> [Double]
  {
    let context = ForwardContext(
      batch: 1, tokens: ids.count, isCausal: model.configuration.isCausal, precision: .float32)
    let rows = doubles(model.hidden(ids, context).value)
    let width = model.configuration.width
    let chosen: [Int] =
      switch pooling {
      case .mean: Array(ids.indices)
      case .cls: [0]
      case .last: [ids.count - 1]
      }
    let vector = (0..<width).map { column in
      chosen.reduce(0.0) { $0 + rows[$1 * width + column] } / Double(chosen.count)
    }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return normalizes ? vector.map { $0 / length } : vector
  }

  @Test(arguments: models)
  func `vectors are those of each sequence alone`(sample: SampleModel) {
    let model = model(sample)
    onEveryInstructionSet { set in
      for pooling in Pooling.allCases {
        for normalizes in [false, true] {
          let vectors = model.embeddings(Self.sequences, pooling, normalizes: normalizes, precision: .float32)
          let all = Self.sequences.flatMap { expected(model, $0, pooling, normalizes: normalizes) }
          // Float32 sums of width 12 in another order.
          #expect(relativeError(doubles(vectors), all) < 1e-5, "\(set) \(pooling) \(normalizes)")
        }
      }
    }
  }

  @Test func `vectors have length 1, and none is made of nothing`() {
    let model = model(Self.models[0])
    let vectors = model.embeddings(Self.sequences, .mean, normalizes: true, precision: .float32)
    for index in Self.sequences.indices {
      #expect(abs(vectors.rows(index..<index + 1).sumOfSquares() - 1) < 1e-5)
    }
    #expect(model.embeddings([], .mean, normalizes: true, precision: .float32).shape == [0, 12])
  }

  @Test func `bits do not depend on the number of threads`() {
    let model = model(Self.models[1])
    let sequences = (0..<60).map { Self.sequences[$0 % 4] }
    let all = onThreadCounts([1, 2, 3]) { _ in
      model.embeddings(sequences, .mean, normalizes: true, precision: .float32).toArray()
    }
    #expect(all[0] == all[1] && all[0] == all[2])
  }
}
