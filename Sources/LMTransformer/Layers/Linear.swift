import LMAutograd
import LMTensor

/// A linear layer: weight `[N, K]`, trained or read as it lies in a file, and perhaps a bias `[N]`.
public struct Linear {
  /// The weights.
  public let weight: Parameter
  /// The bias, or nil.
  public let bias: Parameter?

  init(_ name: String, inputs: Int, outputs: Int, hasBias: Bool) {
    weight = Parameter("\(name).weight", shape: [outputs, inputs], decays: true)
    bias = hasBias ? Parameter("\(name).bias", shape: [outputs], decays: false) : nil
  }

  /// x Wᵀ + b; with a residual, that plus residual.
  func callAsFunction(_ x: Variable, residual: Variable? = nil, _ context: ForwardContext) -> Variable {
    x.linear(weight, bias: bias, residual: residual, precision: context.precision, tape: context.tape)
  }

  var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
}
