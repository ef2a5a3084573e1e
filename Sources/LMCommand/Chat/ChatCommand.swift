/// What a line that begins with a slash asks of `lm chat`.
enum ChatCommand: Equatable {
  case save(String)
  case load(String)
  case system(String)
  case reset, undo, help, exit
  /// Something else, or an argument that is missing.
  case unknown(String)

  /// Nil where the line is a message.
  init?(_ line: String) {
    guard line.hasPrefix("/") else { return nil }
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    let argument = words.count > 1 ? words[1] : ""
    switch (words[0], argument.isEmpty) {
    case ("/save", false): self = .save(argument)
    case ("/load", false): self = .load(argument)
    case ("/system", _): self = .system(argument)
    case ("/reset", true): self = .reset
    case ("/undo", true): self = .undo
    case ("/help", true): self = .help
    case ("/exit", true): self = .exit
    default: self = .unknown(line)
    }
  }

  static let helpText = """
    /save FILE    write the conversation as {"messages": [...]}
    /load FILE    go on with a conversation that was saved
    /system TEXT  replace the system prompt; without TEXT take it away
    /reset        forget everything but the system prompt
    /undo         take the last question and its answer back
    /help         show this
    /exit         leave, as Ctrl-D does; Ctrl-C stops an answer
    """
}
