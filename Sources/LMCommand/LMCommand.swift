import ArgumentParser

/// The `lm` command: one subcommand per verb.
@main
struct LMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lm",
    abstract: "Small language models on an ordinary CPU: from raw text to a working model.",
    subcommands: [Bench.self])
}
