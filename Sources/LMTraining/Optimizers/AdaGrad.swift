import CLMKernels

/// "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization" (Duchi, Hazan and Singer,
/// JMLR 12, 2011).
///
///     v ← v + g²        p ← p − η g / (√v + ε)
///
/// State: v, 4 bytes per value.
public struct AdaGrad: ElementwiseRule, Equatable {
  public static let name = "adagrad"
  public static let usualLearningRate = 1e-2
  public static let hyperparameters: [Hyperparameter<AdaGrad>] = [.number("epsilon", \.epsilon, .positive)]

  /// Added to the root, above 0.
  public var epsilon: Double

  public init() { self.init(epsilon: 1e-10) }

  /// The usual values but for those given.
  public init(epsilon: Double = 1e-10) {
    self.epsilon = epsilon
  }

  var state: [String?] { ["squares"] }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = lm_update()
    kernel.rule = LM_ADAGRAD
    kernel.epsilon = Float(epsilon)
    kernel.rate = Float(learningRate)
    return kernel
  }
}
