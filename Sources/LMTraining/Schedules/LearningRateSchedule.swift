import Glibc

/// Linear warm-up, then a cosine down to a floor (SGDR without restarts, arXiv 1608.03983).
///
///     η(t) = peak · (t + 1) / (warmup + 1)                               for t < warmup
///     η(t) = floor + (peak − floor) (1 + cos(π (t − warmup) / (steps − warmup))) / 2
public struct LearningRateSchedule: Sendable, Equatable {
  /// Highest rate, at the end of the warm-up.
  public let peak: Double
  /// Rate at the last step.
  public let floor: Double
  /// Steps of warm-up.
  public let warmupSteps: Int
  /// Steps of the whole run.
  public let steps: Int

  /// A schedule for `steps` steps.
  public init(peak: Double, floor: Double, warmupSteps: Int, steps: Int) {
    self.peak = peak
    self.floor = floor
    self.warmupSteps = warmupSteps
    self.steps = steps
  }

  /// Learning rate of step `step`, counted from 0.
  public func rate(_ step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps + 1) }
    let progress = min(1, Double(step - warmupSteps) / Double(max(1, steps - warmupSteps)))
    return floor + (peak - floor) * (1 + cos(.pi * progress)) / 2
  }
}
