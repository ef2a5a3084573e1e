import LMRuntime
import LMTensor

/// Changes parameters by the gradients that they have collected.
public protocol Optimizer: AnyObject {
  /// Updates made so far.
  var step: Int { get set }

  /// One update with the collected gradients times `gradientScale`; parameters without a gradient rest.
  func update(learningRate: Double, gradientScale: Double)

  /// What it remembers between updates, as a checkpoint holds it: the tensors themselves, no copies.
  func namedTensors() -> NamedTensors
}

extension Optimizer {
  /// Continues after `step` updates with the state of ``namedTensors()``.
  /// - Throws: ``LMError`` where a tensor is missing, has another shape, or belongs to another optimizer.
  public func load(_ tensors: NamedTensors, step: Int, from place: String) throws(LMError) {
    let own = namedTensors()
    let remedy = "resume with the settings of the run that wrote it"
    for name in own.names {
      guard let state = own[name], let saved = tensors[name], saved.shape == state.shape else {
        let found = tensors[name].map { "\($0.shape)" } ?? "missing"
        throw LMError(
          at: place, "\(name) is \(found), expected \(own[name].map { "\($0.shape)" } ?? "nothing")",
          remedy: remedy)
      }
    }
    if let surplus = tensors.names.first(where: { own[$0] == nil }) {
      throw LMError(at: place, "\(surplus) is the state of another optimizer", remedy: remedy)
    }
    for name in own.names { if let state = own[name] { tensors[name]?.copy(into: state) } }
    self.step = step
  }
}

/// What happens to a gradient g of parameter p before an optimizer's own formula:
///
///     g ← clamp(s g, −c, c) + λ₂ p + λ₁ sign(p)
///
/// with s the scale that brings the global norm below its limit. λ₁ and λ₂ apply to matrices only
/// (``Parameter/decays``): they are the gradients of λ₁ Σ|p| and of λ₂/2 Σ p².
public struct GradientPreparation: Sendable, Equatable {
  /// c: no value of a gradient is larger than this.
  public var limit = Double.infinity
  /// λ₁.
  public var l1 = 0.0
  /// λ₂, torch's `weight_decay` of Adam and SGD.
  public var l2 = 0.0

  /// Gradients stay as they are.
  public init() {}
}

/// What an optimizer needs to know of a run beside its own settings.
public struct OptimizerContext {
  /// What happens to gradients first.
  public var gradients = GradientPreparation()
  /// Highest learning rate of the run's schedule.
  public var learningRate = 1e-3
  /// Type of the products that an optimizer forms.
  public var precision = DType.float32
  /// Matrices inside the model, fused projections taken apart: what Muon is made for.
  public var hiddenMatrices: [HiddenMatrix] = []

  /// Nothing special.
  public init() {}
}
