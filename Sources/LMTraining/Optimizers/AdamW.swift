import CLMKernels
import Glibc
import LMAutograd
import LMRuntime
import LMTensor

/// Adam with decoupled weight decay ("Decoupled Weight Decay Regularization", arXiv 1711.05101).
///
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     p ← p (1 − η λ) − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// λ applies to matrices only (``Parameter/decays``). One pass over parameter, gradient and moments.
public final class AdamW {
  /// β₁, β₂, ε and λ.
  public struct Settings: Sendable, Equatable {
    /// Decay of the first moment, in `0 ..< 1`.
    public var beta1: Float = 0.9
    /// Decay of the second moment, in `0 ..< 1`.
    public var beta2: Float = 0.99
    /// Added to the root, above 0.
    public var epsilon: Float = 1e-8
    /// Decoupled weight decay per step and unit of learning rate, at least 0.
    public var weightDecay: Float = 0.1

    /// The usual values.
    public init() {}
  }

  /// The settings.
  public let settings: Settings
  /// Updates made so far.
  public private(set) var step = 0

  private let chunks: ParameterChunks
  private let first: [Tensor]
  private let second: [Tensor]

  /// Moments of zero for the trainable ones of `parameters`.
  public init(_ parameters: [Parameter], _ settings: Settings) {
    self.settings = settings
    chunks = ParameterChunks(parameters)
    first = chunks.parameters.map { Tensor.zeros($0.value.shape) }
    second = chunks.parameters.map { Tensor.zeros($0.value.shape) }
  }

  /// √ Σ g² over all gradients.
  public func gradientNorm() -> Double { chunks.gradientNorm() }

  /// One update with the collected gradients times `gradientScale`; parameters without a gradient rest.
  /// - Complexity: reads 16 and writes 12 bytes per parameter.
  public func update(learningRate: Float, gradientScale: Float) {
    step += 1
    let correction1 = Float(1 - pow(Double(settings.beta1), Double(step)))
    let correction2 = Float(1 - pow(Double(settings.beta2), Double(step)))
    chunks.forEach { chunk, _, gradient in
      let parameter = chunks.parameters[chunk.parameter]
      var kernel = lm_adamw(
        learning_rate: learningRate, beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon,
        weight_decay: parameter.decays ? settings.weightDecay : 0, correction1: correction1,
        correction2: correction2, gradient_scale: gradientScale)
      let start = chunk.rows.lowerBound * parameter.value.columnCount
      guard let value = parameter.value.floats.baseAddress, let g = gradient.floats.baseAddress,
        let m = first[chunk.parameter].floats.baseAddress, let v = second[chunk.parameter].floats.baseAddress
      else { return }
      Kernels.table.pointee.adamw(&kernel, gradient.elementCount, value + start, g, m + start, v + start)
    }
  }

  /// Both moments of every parameter, as a checkpoint holds them.
  public func namedTensors() -> NamedTensors {
    var result = NamedTensors()
    for (index, parameter) in chunks.parameters.enumerated() {
      result["\(parameter.name).first"] = first[index]
      result["\(parameter.name).second"] = second[index]
    }
    return result
  }

  /// Continues after `step` updates with the moments of ``namedTensors()``.
  /// - Throws: ``LMError`` where a moment is missing or has another shape.
  public func load(_ tensors: NamedTensors, step: Int, from place: String) throws(LMError) {
    for (index, parameter) in chunks.parameters.enumerated() {
      for (kind, moment) in [("first", first[index]), ("second", second[index])] {
        let name = "\(parameter.name).\(kind)"
        guard let saved = tensors[name], saved.shape == moment.shape else {
          throw LMError(
            at: place,
            "\(name) is \(tensors[name].map { "\($0.shape)" } ?? "missing"), expected \(moment.shape)",
            remedy: "resume with the settings of the run that wrote it")
        }
        saved.copy(into: moment)
      }
    }
    self.step = step
  }
}
