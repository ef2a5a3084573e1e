import ArgumentParser
import LMRuntime
import LMTraining

/// How the learning rate goes over the steps.
struct ScheduleOptions: ParsableArguments {
  @Option(help: "How it goes on: \(LearningRateSchedule.Shape.names.joined(separator: ", ")).")
  var schedule = "cosine"
  @Option(help: "Steps of a stage (step), a cycle (cyclic, restarts) or the decline (wsd).")
  var schedulePeriod: Int?
  @Option(help: "Factor per stage (step), per step (exponential), or of a cycle's length (restarts).")
  var scheduleFactor: Double?
  @Option(
    help: "Lowest learning rate (default: a tenth of the highest; 0 for inverse-sqrt, step, exponential).")
  var minLr: Double?
  @Option(help: "Steps of linear warm-up.") var warmupSteps = 100

  /// Sets the schedule; steps and learning rate are set already.
  func apply(to settings: inout TrainingSettings) throws {
    let shape = try LearningRateSchedule.Shape.named(
      schedule, period: schedulePeriod, factor: scheduleFactor, steps: settings.steps)
    if minLr != nil, shape == .constant {
      throw LMError(.usage, at: "--min-lr", "is not part of constant", remedy: "leave it out")
    }
    settings.schedule = shape
    settings.minimumLearningRate = minLr ?? shape.usualFloor(peak: settings.learningRate)
    settings.warmupSteps = warmupSteps
  }
}
