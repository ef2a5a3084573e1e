import CLMKernels
import Glibc
import LMAutograd
import LMRuntime
import LMTensor

/// "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", arXiv 1804.04235, in torch's form.
///
///     R ← lerp(R, mean of g² over columns, t^−0.8)        C ← lerp(C, mean of g² over rows, t^−0.8)
///     u = g / √max(R Cᵀ / mean R, ε₁²)
///     p ← p (1 − η λ) − min(η, 1/√t) max(ε₂, rms p) u / max(1, rms u)
///
/// A vector keeps its squares themselves in place of R Cᵀ. λ applies to matrices only; ε₁ = 2⁻²³, ε₂ = 0.001.
/// State: a row and a column per matrix.
public struct Adafactor: OptimizerSettings, Equatable {
  public static let name = "adafactor"
  public static let usualLearningRate = 1e-2
  public static let hyperparameters: [Hyperparameter<Adafactor>] = [
    .number("weight-decay", \.weightDecay, .notNegative)
  ]

  /// Decoupled weight decay λ per step and unit of learning rate, at least 0.
  public var weightDecay: Double

  public init() { self.init(weightDecay: 0) }

  /// The usual values but for those given.
  public init(weightDecay: Double = 0) {
    self.weightDecay = weightDecay
  }

  public var stateBytes: Int { 0 }

  public func optimizer(_ parameters: [Parameter], _ context: OptimizerContext) -> any Optimizer {
    AdafactorOptimizer(parameters, self, context.gradients)
  }
}

/// Three passes over parameters and gradients: sums of squares, size of the change, change.
///
/// Gradients that are kept as factors are formed in each pass, a chunk at a time: that costs products and saves
/// the memory that this optimizer is chosen for.
final class AdafactorOptimizer: Optimizer {
  var step = 0
  private let settings: Adafactor
  private let gradients: GradientPreparation
  private let chunks: ParameterChunks
  /// Of every parameter: R, nil for a vector, and C.
  private let rows: [Tensor?]
  private let columns: [Tensor]

  private static let decay = 0.8
  private static let smallestMoment: Float = 0x1p-23
  private static let smallestScale = 1e-3

  init(_ parameters: [Parameter], _ settings: Adafactor, _ gradients: GradientPreparation) {
    self.settings = settings
    self.gradients = gradients
    chunks = ParameterChunks(parameters)
    rows = chunks.parameters.map {
      $0.value.shape.count > 1 ? Tensor.zeros([$0.value.rowCount]) : nil
    }
    columns = chunks.parameters.map { Tensor.zeros([$0.value.columnCount]) }
  }

  func namedTensors() -> NamedTensors {
    var result = NamedTensors()
    for (index, parameter) in chunks.parameters.enumerated() {
      if let row = rows[index] { result["\(parameter.name).rows"] = row }
      result["\(parameter.name).columns"] = columns[index]
    }
    return result
  }

  /// - Complexity: reads 8 bytes per value four times and writes 4 once.
  func update(learningRate: Double, gradientScale: Double) {
    step += 1
    let kernels = [false, true].map { decays in
      var kernel = lm_update()
      gradients.apply(to: &kernel, scale: gradientScale, decays: decays)
      kernel.epsilon = Self.smallestMoment * Self.smallestMoment
      kernel.keep_rate = Float(1 - learningRate * (decays ? settings.weightDecay : 0))
      return kernel
    }
    let factors = updateMoments(kernels)
    let rates = rates(kernels, factors, learningRate: learningRate)
    chunks.forEach { chunk, _, gradient in
      let parameter = chunks.parameters[chunk.parameter]
      guard let (p, row, column) = pointers(chunk, factors), let g = gradient.floats.baseAddress else {
        return
      }
      var kernel = kernels[parameter.decays ? 1 : 0]
      kernel.rate = rates[chunk.parameter]
      Kernels.table.pointee.adafactor_apply(
        &kernel, chunk.rows.count, parameter.value.columnCount, p, g, row, column)
    }
  }

  /// Brings R and C up to date.
  /// - Returns: of every matrix the factor R / mean R of its rows.
  private func updateMoments(_ kernels: [lm_update]) -> [Tensor?] {
    let gain = Float(pow(Double(step), -Self.decay))
    let rowSums = chunks.parameters.map { Tensor([$0.value.rowCount]) }
    let columnSums = chunks.indexed.map { _, chunk in Tensor.zeros(columns[chunk.parameter].shape) }
    chunks.forEach { chunk, index, gradient in
      let parameter = chunks.parameters[chunk.parameter]
      guard let p = parameter.value.floats.baseAddress, let g = gradient.floats.baseAddress,
        let row = rowSums[chunk.parameter].floats.baseAddress,
        let column = columnSums[index].floats.baseAddress
      else { return }
      var kernel = kernels[parameter.decays ? 1 : 0]
      let width = parameter.value.columnCount
      Kernels.table.pointee.adafactor_squares(
        &kernel, chunk.rows.count, width, p + chunk.rows.lowerBound * width, g,
        row + chunk.rows.lowerBound, column)
    }
    // Chunks in their order, so that sums do not depend on threads.
    let totals = columns.map { Tensor.zeros($0.shape) }
    for (index, chunk) in chunks.indexed { totals[chunk.parameter].addInPlace(columnSums[index]) }
    return chunks.parameters.indices.map { index in
      let parameter = chunks.parameters[index]
      guard parameter.hasGradient else { return nil }
      let (height, width) = (parameter.value.rowCount, parameter.value.columnCount)
      Self.interpolate(columns[index], totals[index], share: 1 / Float(height), gain: gain)
      guard let row = rows[index] else { return nil }
      Self.interpolate(row, rowSums[index], share: 1 / Float(width), gain: gain)
      let mean = Float(row.floats.reduce(0.0) { $0 + Double($1) } / Double(height))
      let factors = Tensor(row.shape)
      row.copy(into: factors)
      factors.scaleInPlace(1 / max(mean, Self.smallestMoment))
      return factors
    }
  }

  /// state ← state + gain (share · sums − state)
  private static func interpolate(_ state: Tensor, _ sums: Tensor, share: Float, gain: Float) {
    let (target, source) = (state.floats, sums.floats)
    for index in target.indices { target[index] += gain * (source[index] * share - target[index]) }
  }

  /// The factor of u for every parameter.
  private func rates(_ kernels: [lm_update], _ factors: [Tensor?], learningRate: Double) -> [Float] {
    let squares = withUnsafeTemporaryAllocation(of: Double.self, capacity: chunks.count) { partial in
      partial.initialize(repeating: 0)
      let sums = partial
      chunks.forEach { chunk, index, gradient in
        let parameter = chunks.parameters[chunk.parameter]
        guard let (p, row, column) = pointers(chunk, factors), let g = gradient.floats.baseAddress
        else { return }
        var kernel = kernels[parameter.decays ? 1 : 0]
        sums[index] = Kernels.table.pointee.adafactor_norm(
          &kernel, chunk.rows.count, parameter.value.columnCount, p, g, row, column)
      }
      var totals = [Double](repeating: 0, count: chunks.parameters.count)
      for (index, chunk) in chunks.indexed { totals[chunk.parameter] += sums[index] }
      return totals
    }
    return chunks.parameters.indices.map { index in
      let value = chunks.parameters[index].value
      let count = Double(max(1, value.elementCount))
      let scale = max(Self.smallestScale, (value.sumOfSquares() / count).squareRoot())
      let rate = min(learningRate, 1 / Double(step).squareRoot()) * scale
      return Float(rate / max(1, (squares[index] / count).squareRoot()))
    }
  }

  /// Where a chunk's values, row factors (nil for a vector) and column moments begin.
  private func pointers(
    _ chunk: ParameterChunks.Chunk, _ factors: [Tensor?]
  ) -> (UnsafeMutablePointer<Float>, UnsafePointer<Float>?, UnsafePointer<Float>)? {
    let value = chunks.parameters[chunk.parameter].value
    guard let p = value.floats.baseAddress, let column = columns[chunk.parameter].floats.baseAddress
    else { return nil }
    let row = factors[chunk.parameter]?.floats.baseAddress.map {
      UnsafePointer($0 + chunk.rows.lowerBound)
    }
    return (p + chunk.rows.lowerBound * value.columnCount, row, UnsafePointer(column))
  }
}
