import ArgumentParser

/// `lm bench`: measurements as JSON.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure this machine and lm on it, as JSON.",
    subcommands: [
      BenchCeilings.self, BenchKernels.self, BenchTrain.self, BenchGenerate.self, BenchTokenize.self,
    ])
}
