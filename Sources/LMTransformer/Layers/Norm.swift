import LMAutograd
import LMTensor

/// A LayerNorm or RMSNorm over the width.
public struct Norm {
  /// Factor per column.
  public let weight: Parameter
  /// Offset per column, LayerNorm only.
  public let bias: Parameter?
  private let kind: NormKind
  private let epsilon: Float

  init(_ name: String, _ configuration: TransformerConfiguration) {
    kind = configuration.norm
    epsilon = configuration.normEpsilon
    weight = Parameter("\(name).weight", shape: [configuration.width], decays: false) {
      $0.floats.update(repeating: 1)
    }
    bias =
      kind == .layer && configuration.biases.contains(.norms)
      ? Parameter("\(name).bias", shape: [configuration.width], decays: false) : nil
  }

  func callAsFunction(_ x: Variable, _ outputType: DType, _ context: ForwardContext) -> Variable {
    x.norm(kind, weight: weight, bias: bias, epsilon: epsilon, outputType: outputType, tape: context.tape)
  }

  var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
}
