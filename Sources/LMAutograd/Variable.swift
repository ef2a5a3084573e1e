import LMTensor

/// A value on the way through a model and, during backward, the gradient of the loss with respect to it.
///
/// What an operation can cheaply compute again is not kept between forward and backward: after the last read
/// of its result, ``release()`` drops it. In backward the operation makes it anew beside its own gradient, and
/// those who asked with ``whenPresent(_:)`` get it then.
public final class Variable {
  /// Sizes of the value.
  public let shape: [Int]
  /// Type of the value.
  public let dtype: DType
  /// What the operations that read the value have sent back so far.
  public private(set) var gradient: Tensor?

  private var stored: Tensor?
  private let isRestored: Bool
  private var readers: [(Tensor) -> Void] = []

  /// Wraps `value`.
  /// - Parameter isRestored: the backward of the operation that makes this variable calls ``restore(_:)``.
  init(_ value: Tensor, isRestored: Bool) {
    shape = value.shape
    dtype = value.dtype
    stored = value
    self.isRestored = isRestored
  }

  /// Wraps `value`.
  public convenience init(_ value: Tensor) { self.init(value, isRestored: false) }

  /// The value, computed once by the operation that made this variable.
  public var value: Tensor {
    guard let stored else { preconditionFailure("Variable: the value \(shape) was released") }
    return stored
  }

  /// Drops the value until backward where the operation that made it computes it again; else keeps it.
  /// From then on only ``whenPresent(_:)`` may ask for it.
  public func release() { if isRestored { stored = nil } }

  /// Calls `body` with the value: now, or as soon as backward has it again.
  public func whenPresent(_ body: @escaping (Tensor) -> Void) {
    if let stored { body(stored) } else { readers.append(body) }
  }

  /// Whether somebody waits for the value.
  var isAwaited: Bool { !readers.isEmpty }

  /// Hands the value that was computed again to those who wait, in the order in which they asked.
  func restore(_ value: Tensor) {
    let waiting = readers
    readers = []
    for reader in waiting { reader(value) }
  }

  /// The complete gradient, removed from the variable so that its memory is reused.
  public func takeGradient() -> Tensor? {
    defer { gradient = nil }
    return gradient
  }

  /// Adds `tensor` to the gradient. The first one is kept as it is and may later be changed in place:
  /// the caller gives it away.
  public func addGradient(_ tensor: Tensor) {
    precondition(tensor.shape.reduce(1, *) == shape.reduce(1, *), "gradient \(tensor.shape) of \(shape)")
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
