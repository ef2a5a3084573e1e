import LMRuntime
import LMTransformer
import Testing

@Suite struct TransformerInitializationTests {
  private func model(layers: Int, seed: UInt64) -> Transformer {
    var configuration = TransformerConfiguration(
      vocabularySize: 500, contextLength: 64, width: 64, layers: layers, heads: 4, hiddenWidth: 160)
    (configuration.hasBiases, configuration.norm, configuration.position) = (true, .layer, .learned)
    configuration.tiesHead = false
    let model = Transformer(configuration)
    model.initialize(seed: seed)
    return model
  }

  private func values(_ model: Transformer) -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.value.toArray()) })
  }

  @Test func `equal seeds give equal models, others differ`() {
    #expect(values(model(layers: 2, seed: 7)) == values(model(layers: 2, seed: 7)))
    let other = values(model(layers: 2, seed: 8))
    for (name, value) in values(model(layers: 2, seed: 7)) where value.contains(where: { $0 != 0 && $0 != 1 })
    {
      #expect(other[name] != value, "\(name)")
    }
  }

  /// Of n ≥ 4,096 values the sample deviation is within 5 / √(2 n) < 6 % of the true one, the mean within 5 σ / √n.
  @Test func `deviations are those of GPT-2`() {
    let layers = 3
    for parameter in model(layers: layers, seed: 1).parameters {
      let x = parameter.value.toArray().map(Double.init)
      let mean = x.reduce(0, +) / Double(x.count)
      let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)).squareRoot()
      if parameter.value.shape.count == 1 {
        #expect(Set(x) == [parameter.name.hasSuffix("bias") ? 0 : 1], "\(parameter.name)")
      } else {
        let isOutput = parameter.name.hasSuffix(".output.weight")
        let expected = isOutput ? 0.02 / Double(2 * layers).squareRoot() : 0.02
        #expect(abs(deviation / expected - 1) < 0.06 && abs(mean) < 5 * expected / 64, "\(parameter.name)")
      }
    }
  }

  @Test func `no two matrices are equal, and one more layer changes no other`() {
    let small = values(model(layers: 2, seed: 1))
    let large = values(model(layers: 3, seed: 1))
    for (name, value) in small where !name.hasSuffix(".output.weight") {
      #expect(large[name] == value, "\(name)")
    }
    let matrices = model(layers: 3, seed: 1).parameters.filter { $0.value.shape.count > 1 }
    #expect(Set(matrices.map { Array($0.value.toArray().prefix(8)) }).count == matrices.count)
  }
}
