import LMTensor

/// A trainable tensor: float32 master values and the gradient that a step collects.
public final class Parameter {
  /// Where it stands in the model: `layers.0.attention.output.weight`.
  public let name: String
  /// The values, float32.
  public let value: Tensor
  /// False for what a method keeps fixed; then no gradient is computed.
  public var isTrainable = true
  /// Whether decoupled weight decay applies: matrices yes, norms and biases no.
  public let decays: Bool

  private var gradientStorage: Tensor?
  private var isEmpty = true

  /// A parameter with the given values.
  public init(_ name: String, _ value: Tensor, decays: Bool) {
    precondition(value.dtype == .float32, "Parameter \(name): master values are float32")
    self.name = name
    self.value = value
    self.decays = decays
  }

  /// The gradient collected since ``clearGradient()``, float32 in the shape of ``value``; nil if none was.
  public var gradient: Tensor? { isEmpty ? nil : gradientStorage }

  /// Forgets the gradient; its memory stays for the next step.
  public func clearGradient() { isEmpty = true }

  /// Lets `body` add to the gradient. `isFirst` says that nothing is there yet: `body` overwrites.
  public func collect(_ body: (_ gradient: Tensor, _ isFirst: Bool) -> Void) {
    guard isTrainable else { return }
    let gradient = gradientStorage ?? Tensor(value.shape)
    gradientStorage = gradient
    body(gradient, isEmpty)
    isEmpty = false
  }

  /// Like ``collect(_:)`` for operations that can only add: the first time it starts from zeros.
  public func collectSum(_ body: (_ gradient: Tensor) -> Void) {
    collect { gradient, isFirst in
      if isFirst { gradient.clear() }
      body(gradient)
    }
  }
}
