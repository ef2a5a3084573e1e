import Glibc

/// The learning rate of every step: linear warm-up, then a shape.
///
///     η(t) = first · (t + 1) / (warmup + 1)        for t < warmup
///
/// with `first` the first rate of the shape (the peak, but the floor of cycles), and behind the warm-up, with t counted from its end and T the steps that remain:
///
/// | shape | η(t) |
/// |--|--|
/// | constant | peak |
/// | linear | floor + (peak − floor) (1 − t/T) |
/// | cosine | floor + (peak − floor) (1 + cos(π t/T)) / 2 (arXiv 1608.03983 without restarts) |
/// | inverse square root | peak √(w / (w + t)), w = max(warmup, 1) (arXiv 1706.03762) |
/// | step | peak γ^⌊t / period⌋ |
/// | exponential | peak γᵗ |
/// | cyclic | floor to peak and back, linear, every `period` steps (arXiv 1506.01186, triangular) |
/// | restarts | cosine over `period` steps, again over γ times as many, and so on (arXiv 1608.03983) |
/// | wsd | peak, over the last `period` steps linear to floor (arXiv 2404.06395) |
///
/// No rate falls below the floor.
public struct LearningRateSchedule: Sendable, Equatable {
  /// What follows the warm-up.
  public enum Shape: Sendable, Equatable {
    case constant, linear, cosine, inverseSquareRoot
    case step(period: Int, factor: Double)
    case exponential(factor: Double)
    case cyclic(period: Int)
    case restarts(period: Int, factor: Int)
    case warmupStableDecay(period: Int)
  }

  /// Highest rate.
  public let peak: Double
  /// Lowest rate behind the warm-up: that of the last step, or of the bottom of a cycle.
  public let floor: Double
  /// Steps of warm-up.
  public let warmupSteps: Int
  /// Steps of the whole run.
  public let steps: Int
  /// What follows the warm-up.
  public let shape: Shape

  /// A schedule for `steps` steps.
  public init(peak: Double, floor: Double, warmupSteps: Int, steps: Int, shape: Shape = .cosine) {
    self.peak = peak
    self.floor = floor
    self.warmupSteps = warmupSteps
    self.steps = steps
    self.shape = shape
  }

  /// Learning rate of step `step`, counted from 0.
  public func rate(_ step: Int) -> Double {
    if step < warmupSteps { return rate(warmupSteps) * Double(step + 1) / Double(warmupSteps + 1) }
    let time = step - warmupSteps
    let progress = min(1, Double(time) / Double(max(1, steps - warmupSteps)))
    switch shape {
    case .constant: return peak
    case .linear: return between(1 - progress)
    case .cosine: return between(cosine(progress))
    case .inverseSquareRoot:
      let start = Double(max(1, warmupSteps))
      return max(floor, peak * (start / (start + Double(time))).squareRoot())
    case .step(let period, let factor): return max(floor, peak * pow(factor, Double(time / period)))
    case .exponential(let factor): return max(floor, peak * pow(factor, Double(time)))
    case .cyclic(let period):
      let phase = Double(time % period) / Double(period)
      return between(1 - abs(1 - 2 * phase))
    case .restarts(let period, let factor):
      var (start, length) = (factor == 1 ? time / period * period : 0, period)
      while time - start >= length {
        start += length
        length = length.multipliedReportingOverflow(by: factor).overflow ? .max : length * factor
      }
      return between(cosine(Double(time - start) / Double(length)))
    case .warmupStableDecay(let period):
      return between(min(1, Double(max(0, steps - step)) / Double(min(period, max(1, steps - warmupSteps)))))
    }
  }

  /// floor at 0, peak at 1.
  private func between(_ share: Double) -> Double { floor + (peak - floor) * share }
  /// From 1 at 0 to 0 at 1.
  private func cosine(_ progress: Double) -> Double { (1 + cos(.pi * progress)) / 2 }
}
