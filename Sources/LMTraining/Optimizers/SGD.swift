import CLMKernels
import LMRuntime

/// Gradient descent with momentum ("On the importance of initialization and momentum in deep learning",
/// Sutskever et al., ICML 2013), in torch's form.
///
///     b ← μ b + (1 − δ) g        (b ← g in the first update)
///     p ← p − η b,  or with Nesterov's momentum  p ← p − η (g + μ b)
///
/// State: b with momentum, 4 bytes per value; none without.
public struct SGD: ElementwiseRule, Equatable {
  public static let name = "sgd"
  public static let usualLearningRate = 0.1
  public static let hyperparameters: [Hyperparameter<SGD>] = [
    .number("momentum", \.momentum, .belowOne), .number("dampening", \.dampening, .belowOne),
    .flag("nesterov", \.isNesterov),
  ]

  /// μ, in `0 ..< 1`.
  public var momentum: Double
  /// δ, in `0 ..< 1`.
  public var dampening: Double
  /// Whether the step looks ahead.
  public var isNesterov: Bool

  public init() { self.init(momentum: 0.9) }

  /// The usual values but for those given.
  public init(momentum: Double = 0.9, dampening: Double = 0, isNesterov: Bool = false) {
    self.momentum = momentum
    self.dampening = dampening
    self.isNesterov = isNesterov
  }

  public func check() throws(LMError) {
    let flag = isNesterov ? "--nesterov" : "--dampening"
    if momentum == 0, isNesterov || dampening > 0 {
      throw LMError(
        .usage, at: flag, "does nothing without momentum",
        remedy: "leave it out, or use a --momentum above 0")
    }
    if isNesterov, dampening > 0 {
      throw LMError(.usage, at: flag, "does not go with --dampening", remedy: "leave one of them out")
    }
  }

  var state: [String?] { [momentum > 0 ? "momentum" : nil] }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = lm_update()
    kernel.rule = LM_SGD
    kernel.momentum = Float(momentum)
    kernel.gain1 = step == 1 || momentum == 0 ? 1 : Float(1 - dampening)
    kernel.keep_rate = 1
    kernel.rate = Float(isNesterov ? learningRate * momentum : learningRate)
    kernel.gradient_rate = Float(isNesterov ? learningRate : 0)
    return kernel
  }
}
