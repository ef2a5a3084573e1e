import CLMKernels

/// "Symbolic Discovery of Optimization Algorithms", arXiv 2302.06675.
///
///     p ← p (1 − η λ) − η sign(β₁ m + (1 − β₁) g)
///     m ← β₂ m + (1 − β₂) g
///
/// λ applies to matrices only. Every value moves by η: the paper takes a learning rate 3 to 10 times smaller,
/// and a λ as much larger, than with AdamW. State: m, 4 bytes per value.
public struct Lion: ElementwiseRule, Equatable {
  public static let name = "lion"
  public static let usualLearningRate = 2e-4
  public static let hyperparameters: [Hyperparameter<Lion>] = [
    .number("beta1", \.beta1, .belowOne), .number("beta2", \.beta2, .belowOne),
    .number("weight-decay", \.weightDecay, .notNegative),
  ]

  /// Share of the momentum in the direction, in `0 ..< 1`.
  public var beta1: Double
  /// Decay of the momentum, in `0 ..< 1`.
  public var beta2: Double
  /// Decoupled weight decay λ per step and unit of learning rate, at least 0.
  public var weightDecay: Double

  public init() { self.init(beta1: 0.9) }

  /// The usual values but for those given.
  public init(beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 0.5) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.weightDecay = weightDecay
  }

  var state: [String?] { ["momentum"] }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = lm_update()
    kernel.rule = LM_LION
    kernel.gain1 = Float(1 - beta1)
    kernel.gain2 = Float(1 - beta2)
    kernel.keep_rate = Float(1 - learningRate * (decays ? weightDecay : 0))
    kernel.rate = Float(learningRate)
    return kernel
  }
}
