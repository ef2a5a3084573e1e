import CLMKernels

/// "ADADELTA: An Adaptive Learning Rate Method", arXiv 1212.5701.
///
///     v ← ρ v + (1 − ρ) g²        Δ = g √(u + ε) / √(v + ε)
///     u ← ρ u + (1 − ρ) Δ²        p ← p − η Δ
///
/// ρ is `--beta2`. State: v and u, 8 bytes per value.
public struct Adadelta: ElementwiseRule, Equatable {
  public static let name = "adadelta"
  public static let usualLearningRate = 1.0
  public static let hyperparameters: [Hyperparameter<Adadelta>] = [
    .number("beta2", \.decay, .belowOne), .number("epsilon", \.epsilon, .positive),
  ]

  /// ρ, in `0 ..< 1`.
  public var decay: Double
  /// Added below both roots, above 0.
  public var epsilon: Double

  public init() { self.init(decay: 0.9) }

  /// The usual values but for those given.
  public init(decay: Double = 0.9, epsilon: Double = 1e-6) {
    self.decay = decay
    self.epsilon = epsilon
  }

  var state: [String?] { ["squares", "changes"] }

  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update {
    var kernel = lm_update()
    kernel.rule = LM_ADADELTA
    kernel.gain2 = Float(1 - decay)
    kernel.epsilon = Float(epsilon)
    kernel.rate = Float(learningRate)
    return kernel
  }
}
