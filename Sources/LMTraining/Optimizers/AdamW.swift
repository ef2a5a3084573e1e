import CLMKernels
import Glibc

/// Adam with decoupled weight decay ("Decoupled Weight Decay Regularization", arXiv 1711.05101).
///
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     p ← p (1 − η λ) − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// λ applies to matrices only. State: m and v, 8 bytes per value.
public struct AdamW: ElementwiseRule, Equatable {
  public static let name = "adamw"
  public static let usualLearningRate = 1e-3
  public static let hyperparameters: [Hyperparameter<AdamW>] = [
    .number("beta1", \.beta1, .belowOne), .number("beta2", \.beta2, .belowOne),
    .number("epsilon", \.epsilon, .positive), .number("weight-decay", \.weightDecay, .notNegative),
  ]

  /// Decay of the first moment, in `0 ..< 1`.
  public var beta1: Double
  /// Decay of the second moment, in `0 ..< 1`.
  public var beta2: Double
  /// Added to the root, above 0.
  public var epsilon: Double
  /// Decoupled weight decay λ per step and unit of learning rate, at least 0.
  public var weightDecay: Double

  public init() { self.init(beta1: 0.9) }

  /// The usual values but for those given.
  public init(beta1: Double = 0.9, beta2: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0.1) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  var state: [String?] { ["first", "second"] }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = adamKernel(step: step, beta1: beta1, beta2: beta2, epsilon: epsilon)
    kernel.keep_rate = Float(1 - learningRate * (decays ? weightDecay : 0))
    kernel.rate = Float(learningRate / (1 - pow(beta1, Double(step))))
    return kernel
  }
}

/// Moments and denominator, which AdamW, Adam and NAdam have in common; the rates are theirs.
func adamKernel(step: Int, beta1: Double, beta2: Double, epsilon: Double) -> lm_update {
  var kernel = lm_update()
  kernel.rule = LM_ADAM
  kernel.gain1 = Float(1 - beta1)
  kernel.gain2 = Float(1 - beta2)
  kernel.root = Float((1 / (1 - pow(beta2, Double(step)))).squareRoot())
  kernel.epsilon = Float(epsilon)
  kernel.keep_rate = 1
  return kernel
}
