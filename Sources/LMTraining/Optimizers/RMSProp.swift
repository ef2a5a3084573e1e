import CLMKernels

/// RMSProp (T. Tieleman and G. Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012), in torch's
/// form; centered as in "Generating Sequences With Recurrent Neural Networks", arXiv 1308.0850.
///
///     v ← α v + (1 − α) g²        centered: a ← α a + (1 − α) g,  else a = 0
///     b ← μ b + g / (√(v − a²) + ε)        p ← p − η b
///
/// α is `--beta2`. State: v, with momentum b, centered a: 4 to 12 bytes per value.
public struct RMSProp: ElementwiseRule, Equatable {
  public static let name = "rmsprop"
  public static let usualLearningRate = 1e-3
  public static let hyperparameters: [Hyperparameter<RMSProp>] = [
    .number("beta2", \.decay, .belowOne), .number("momentum", \.momentum, .belowOne),
    .number("epsilon", \.epsilon, .positive), .flag("centered", \.isCentered),
  ]

  /// α, in `0 ..< 1`.
  public var decay: Double
  /// μ, in `0 ..< 1`.
  public var momentum: Double
  /// Added to the root, above 0.
  public var epsilon: Double
  /// Whether the variance takes the place of the mean square.
  public var isCentered: Bool

  public init() { self.init(decay: 0.99) }

  /// The usual values but for those given.
  public init(decay: Double = 0.99, momentum: Double = 0, epsilon: Double = 1e-8, isCentered: Bool = false) {
    self.decay = decay
    self.momentum = momentum
    self.epsilon = epsilon
    self.isCentered = isCentered
  }

  var state: [String?] { ["squares", momentum > 0 ? "momentum" : nil, isCentered ? "mean" : nil] }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = lm_update()
    kernel.rule = LM_RMSPROP
    kernel.gain1 = isCentered ? Float(1 - decay) : 0
    kernel.gain2 = Float(1 - decay)
    kernel.momentum = Float(momentum)
    kernel.epsilon = Float(epsilon)
    kernel.rate = Float(learningRate)
    return kernel
  }
}
