import CLMKernels
import LMAutograd
import LMTensor

/// An optimizer whose change of a value depends on this value, its gradient and its state alone.
protocol ElementwiseRule: OptimizerSettings {
  /// Names of the state that is kept per value, in the order of the kernel; nil where a run needs it not.
  var state: [String?] { get }

  /// What the kernel is told in update `step`, counted from 1.
  /// - Parameter decays: whether decoupled weight decay applies.
  func kernel(step: Int, learningRate: Double, decays: Bool) -> lm_update
}

extension ElementwiseRule {
  public var stateBytes: Int { 4 * state.count { $0 != nil } }

  public func optimizer(_ parameters: [Parameter], _ context: OptimizerContext) -> any Optimizer {
    ElementwiseOptimizer(parameters, self, context.gradients)
  }
}

/// Runs a rule over all parameters: one pass over parameter, gradient and state, in one fork–join.
///
/// Gradients that are kept as factors are formed a chunk at a time, in cache.
final class ElementwiseOptimizer: Optimizer {
  var step = 0
  private let rule: any ElementwiseRule
  private let gradients: GradientPreparation
  private let chunks: ParameterChunks
  /// Per kind of state, a tensor per parameter; empty where the kind is not kept.
  private let state: [[Tensor]]

  /// State of zero for the trainable ones of `parameters`.
  init(_ parameters: [Parameter], _ rule: any ElementwiseRule, _ gradients: GradientPreparation) {
    self.rule = rule
    self.gradients = gradients
    let chunks = ParameterChunks(parameters)
    self.chunks = chunks
    state = rule.state.map { name in
      name == nil ? [] : chunks.parameters.map { Tensor.zeros($0.value.shape) }
    }
  }

  /// - Complexity: reads 8 and writes 4 bytes per value, and both again for its state.
  func update(learningRate: Double, gradientScale: Double) {
    step += 1
    let kernels = [false, true].map { decays in
      var kernel = rule.kernel(step: step, learningRate: learningRate, decays: decays)
      gradients.apply(to: &kernel, scale: gradientScale, decays: decays)
      return kernel
    }
    chunks.forEach { chunk, _, gradient in
      let parameter = chunks.parameters[chunk.parameter]
      var kernel = kernels[parameter.decays ? 1 : 0]
      let start = chunk.rows.lowerBound * parameter.value.columnCount
      func pointer(_ kind: Int) -> UnsafeMutablePointer<Float>? {
        guard kind < state.count, !state[kind].isEmpty else { return nil }
        return state[kind][chunk.parameter].floats.baseAddress.map { $0 + start }
      }
      guard let value = parameter.value.floats.baseAddress, let g = gradient.floats.baseAddress else {
        return
      }
      withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: 3) { pointers in
        for kind in 0..<3 { pointers.initializeElement(at: kind, to: pointer(kind)) }
        Kernels.table.pointee.update(
          &kernel, gradient.elementCount, value + start, g, pointers.baseAddress)
      }
    }
  }

  func namedTensors() -> NamedTensors {
    var result = NamedTensors()
    for (index, parameter) in chunks.parameters.enumerated() {
      for (kind, name) in rule.state.enumerated() {
        if let name { result["\(parameter.name).\(name)"] = state[kind][index] }
      }
    }
    return result
  }
}

extension GradientPreparation {
  /// Tells a kernel how gradients are prepared.
  func apply(to kernel: inout lm_update, scale: Double, decays: Bool) {
    kernel.gradient_scale = Float(scale)
    kernel.limit = Float(limit)
    kernel.l1 = decays ? Float(l1) : 0
    kernel.l2 = decays ? Float(l2) : 0
  }
}
