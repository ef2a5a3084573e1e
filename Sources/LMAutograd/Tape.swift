import LMTensor

/// The backward steps of the operations of one forward pass, in order.
///
/// An operation is coarse (a whole linear layer, attention, cross-entropy) and brings its own backward.
/// Running the tape releases each step, and with it the activations it holds, as soon as it is done.
public final class Tape {
  private var steps: [() -> Void] = []

  /// An empty tape.
  public init() {}

  /// Number of recorded operations.
  public var count: Int { steps.count }

  /// Appends the backward of an operation with the result `output`; skipped if no gradient reaches it.
  public func record(_ output: Variable, _ backward: @escaping (_ gradient: Tensor) -> Void) {
    steps.append {
      if let gradient = output.takeGradient() { backward(gradient) }
    }
  }

  /// Appends a backward that needs no incoming gradient: a loss.
  public func recordLoss(_ backward: @escaping () -> Void) { steps.append(backward) }

  /// Runs all steps, last first, and leaves the tape empty.
  public func backward() {
    while let step = steps.popLast() { step() }
  }
}
