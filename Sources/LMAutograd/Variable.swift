import LMTensor

/// A value on the way through a model and, during backward, the gradient of the loss with respect to it.
public final class Variable {
  /// The value, computed once by the operation that made this variable.
  public let value: Tensor
  /// What the operations that read the value have sent back so far.
  public private(set) var gradient: Tensor?

  /// Wraps `value`.
  public init(_ value: Tensor) { self.value = value }

  /// The complete gradient, removed from the variable so that its memory is reused.
  public func takeGradient() -> Tensor? {
    defer { gradient = nil }
    return gradient
  }

  /// Adds `tensor` to the gradient. The first one is kept as it is and may later be added to in place:
  /// the caller gives it away.
  public func addGradient(_ tensor: Tensor) {
    precondition(tensor.elementCount == value.elementCount, "gradient \(tensor.shape) of \(value.shape)")
    guard let sum = gradient else {
      gradient = tensor
      return
    }
    if sum.dtype == .float32 {
      sum.addInPlace(tensor)
    } else {
      let wide = sum.converted(to: .float32)
      wide.addInPlace(tensor)
      gradient = wide.converted(to: sum.dtype)
    }
  }
}
