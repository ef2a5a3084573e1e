import ArgumentParser
import Glibc
import LMRuntime

/// The `lm` command: one subcommand per verb.
@main
struct LMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lm",
    abstract: "Small language models on an ordinary CPU: from raw text to a working model.",
    discussion: """
      Begin with:  lm pretrain --preset demo --data corpora/english.train.jsonl --out my-model
      then:        lm generate --model my-model -p "One day"
      """,
    subcommands: [
      Pretrain.self, Generate.self, Chat.self, Evaluate.self, Embed.self, Convert.self, TokenizerVerb.self,
      Logits.self, Info.self, Bench.self,
    ])

  /// The verb or sub-verb that `arguments` begin with, and how many words name it.
  static func verb(_ arguments: [String]) -> (command: any ParsableCommand.Type, depth: Int) {
    var command: any ParsableCommand.Type = LMCommand.self
    var depth = 0
    while depth < arguments.count,
      let next = command.configuration.subcommands.first(where: { $0._commandName == arguments[depth] })
    {
      command = next
      depth += 1
    }
    return (command, depth)
  }

  static func main() {
    signal(SIGPIPE, SIG_IGN)
    MappedFileFault.install()
    do {
      let arguments = try ConfigFile.expanded(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let error as LMError {
      ProgressLine.writeToStandardError("lm: \(error)\n")
      Glibc.exit(error.kind.rawValue)
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      ProgressLine.writeToStandardError("lm: \(usage(error))\n")
      Glibc.exit(LMError.Kind.usage.rawValue)
    }
  }

  /// What is wrong with the arguments, and where to look, on one line.
  private static func usage(_ error: any Error) -> String {
    let lines = message(for: error).split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
    var problem = lines.joined(separator: " ")
    if problem.hasSuffix(".") { problem.removeLast() }
    let arguments = Array(CommandLine.arguments.dropFirst())
    let path = ["lm"] + arguments.prefix(verb(arguments).depth)
    return "\(problem); see \(path.joined(separator: " ")) --help"
  }
}
