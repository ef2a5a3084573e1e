import ArgumentParser
import LMRuntime
import LMTraining

/// The optimizer and its settings; one that it has no use for is an error.
struct OptimizerOptions: ParsableArguments {
  @Option(help: "\(Optimizers.names.joined(separator: ", ")).") var optimizer = AdamW.name
  @Option(
    help: "Decoupled weight decay of matrices (adamw, lion, adafactor, muon; default: the optimizer's).")
  var weightDecay: Double?
  @Option(help: "Decay of the first moment (default: the optimizer's).") var beta1: Double?
  @Option(help: "Decay of the second moment (default: the optimizer's).") var beta2: Double?
  @Option(help: "Added to denominators (default: the optimizer's).") var epsilon: Double?
  @Option(help: "Momentum (sgd 0.9, rmsprop 0, muon 0.95).") var momentum: Double?
  @Option(help: "Share of a gradient that momentum leaves out (sgd).") var dampening: Double?
  @Flag(help: "Nesterov's momentum (sgd).") var nesterov = false
  @Flag(help: "Divide by the deviation instead of the root mean square (rmsprop).") var centered = false
  @Option(help: "Step of a matrix: original or match-rms-adamw (muon).") var adjustLr: String?
  @Option(help: "Learning rate of embedding, head and vectors (muon; 0.001).") var adamwLearningRate: Double?

  /// The settings, checked.
  func settings() throws -> any OptimizerSettings {
    var settings = try Optimizers.named(optimizer)
    let numbers = [
      ("weight-decay", weightDecay), ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon),
      ("momentum", momentum), ("dampening", dampening), ("adamw-learning-rate", adamwLearningRate),
    ]
    for case (let name, let value?) in numbers { try settings.set(name, to: .number(value)) }
    for (name, isGiven) in [("nesterov", nesterov), ("centered", centered)] where isGiven {
      try settings.set(name, to: .bool(true))
    }
    if let adjustLr { try settings.set("adjust-lr", to: .string(adjustLr)) }
    return settings
  }
}
