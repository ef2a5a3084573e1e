import LMRuntime
import LMTensor

extension Transformer {
  /// Random weights by the book of GPT-2: N(0, 0.02²) for matrices, divided by √(2 L) for the two products
  /// of a layer that write to the residual stream; norms 1, biases 0.
  ///
  /// Each matrix has a stream of its own, named by the parameter: equal seeds give equal models, and one more
  /// layer changes no other.
  public func initialize(seed: UInt64, deviation: Float = 0.02) {
    let stream = RandomStream(seed: seed).split("initialization")
    let residual = deviation / Float(2 * configuration.layers).squareRoot()
    for parameter in parameters where parameter.shape.count > 1 {
      let writesToResidual = parameter.name.hasSuffix(".output.weight")
      var own = stream.split(parameter.name)
      own.fillNormal(parameter.value.floats, deviation: writesToResidual ? residual : deviation)
    }
  }
}
