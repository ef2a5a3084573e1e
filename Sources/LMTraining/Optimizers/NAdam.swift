import CLMKernels
import Glibc

/// Adam with Nesterov's momentum ("Incorporating Nesterov Momentum into Adam", T. Dozat, ICLR workshop 2016),
/// its momentum warmed up as in torch.
///
///     μₜ = β₁ (1 − 0.96^(0.004 t) / 2)        Πₜ = μ₁ … μₜ
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     p ← p − η ((1 − μₜ) g / (1 − Πₜ) + μₜ₊₁ m / (1 − Πₜ₊₁)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Weight decay is the penalty `--l2`. State: m and v, 8 bytes per value.
public struct NAdam: ElementwiseRule, Equatable {
  public static let name = "nadam"
  public static let usualLearningRate = 1e-3
  public static let hyperparameters: [Hyperparameter<NAdam>] = [
    .number("beta1", \.adam.beta1, .belowOne), .number("beta2", \.adam.beta2, .belowOne),
    .number("epsilon", \.adam.epsilon, .positive),
  ]

  /// Decays of the moments and ε.
  public var adam: Adam

  public init() { self.init(Adam()) }

  /// Adam with these settings, and Nesterov's momentum.
  public init(_ adam: Adam) { self.adam = adam }

  var state: [String?] { adam.state }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = adamKernel(
      step: step, beta1: adam.beta1, beta2: adam.beta2, epsilon: adam.epsilon)
    let (now, next) = (momentum(step), momentum(step + 1))
    let product = momentumProduct(step)
    kernel.gradient_rate = Float(learningRate * (1 - now) / (1 - product))
    kernel.rate = Float(learningRate * next / (1 - product * next))
    return kernel
  }

  private func momentum(_ step: Int) -> Double { adam.beta1 * (1 - 0.5 * pow(0.96, Double(step) * 0.004)) }

  /// Πₜ, taken as 0 from where 1 − Πₜ is 1 in double precision.
  private func momentumProduct(_ steps: Int) -> Double {
    var product = 1.0
    for step in 1...steps {
      product *= momentum(step)
      if product < 1e-17 { return 0 }
    }
    return product
  }
}
