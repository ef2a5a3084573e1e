import CLMKernels
import Glibc

/// "Adam: A Method for Stochastic Optimization", arXiv 1412.6980.
///
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     p ← p − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Weight decay is the penalty `--l2`, as in torch. State: m and v, 8 bytes per value.
public struct Adam: ElementwiseRule, Equatable {
  public static let name = "adam"
  public static let usualLearningRate = 1e-3
  public static let hyperparameters: [Hyperparameter<Adam>] = [
    .number("beta1", \.beta1, .belowOne), .number("beta2", \.beta2, .belowOne),
    .number("epsilon", \.epsilon, .positive),
  ]

  /// Decay of the first moment, in `0 ..< 1`.
  public var beta1: Double
  /// Decay of the second moment, in `0 ..< 1`.
  public var beta2: Double
  /// Added to the root, above 0.
  public var epsilon: Double

  public init() { self.init(beta1: 0.9) }

  /// The usual values but for those given.
  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  var state: [String?] { ["first", "second"] }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = adamKernel(step: step, beta1: beta1, beta2: beta2, epsilon: epsilon)
    kernel.rate = Float(learningRate / (1 - pow(beta1, Double(step))))
    return kernel
  }
}
