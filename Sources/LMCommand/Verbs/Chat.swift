import ArgumentParser
import Glibc
import LMGeneration
import LMRuntime
import LanguageModels

/// `lm chat`: a conversation, line by line.
struct Chat: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Talk with a model that was trained on chats.",
    discussion: "Commands:\n\(ChatCommand.helpText)")

  @OptionGroup var common: CommonOptions
  @Option(help: "What the model is told before the conversation.") var systemPrompt: String?
  @Option(name: [.customShort("n"), .long], help: "At most this many tokens per answer.") var maxTokens = 512
  @Flag(help: "No chat template: lines that begin with User: and Assistant:.") var plainChat = false
  @OptionGroup var generation: GenerationOptions

  func run() throws {
    try common.apply()
    guard maxTokens > 0 else {
      throw LMError(.usage, at: "--max-tokens", "is \(maxTokens)", remedy: "use a whole number from 1")
    }
    StopRequest.install()
    let (language, settings) = try generation.open()
    let session = try ChatSession(language, systemPrompt: systemPrompt, isPlain: plainChat)
    session.settings = settings
    session.maximumTokens = maxTokens
    session.stopTexts = generation.stop
    var reader = LineReader()
    let isTerminal = isatty(STDIN_FILENO) == 1
    if isTerminal { common.say("/help shows the commands") }
    while true {
      if isTerminal { write("> ") }
      switch try reader.next() {
      case .stopped:
        if isTerminal { write("\n") }
        throw ExitCode(StopRequest.signal?.exitCode ?? 130)
      case .end:
        if isTerminal { write("\n") }
        return
      case .line(let line):
        guard try handle(line, session) else { return }
      }
    }
  }

  /// Answers a message or does what a command says; false ends the program.
  private func handle(_ line: String, _ session: ChatSession) throws -> Bool {
    guard line.contains(where: { !$0.isWhitespace }) else { return true }
    do {
      if let command = ChatCommand(line) { return try run(command, session) }
      try answer(line, session)
    } catch let error as LMError where error.kind == .usage {
      // What a person typed; the conversation is as it was.
      ProgressLine.writeToStandardError("lm: \(error)\n")
    }
    return true
  }

  private func answer(_ text: String, _ session: ChatSession) throws {
    let answer = try session.answer(text) { piece in
      if !common.json { write(piece) }
      return !StopRequest.isRaised
    }
    if common.json {
      var object = JSONObject()
      object["role"] = "assistant"
      object["content"] = .string(answer.text)
      object["tokens"] = .integer(answer.result.statistics.generatedTokens)
      object["prompt_tokens"] = .integer(answer.result.statistics.promptTokens)
      object["cached_tokens"] = .integer(answer.result.statistics.cachedTokens)
      write(JSON.object(object).text() + "\n")
    } else {
      write("\n")
    }
    if generation.stats { common.say(generation.summary(answer.result.statistics)) }
    // Ctrl-C was meant for this answer.
    StopRequest.acknowledgeInterrupt()
  }

  private func run(_ command: ChatCommand, _ session: ChatSession) throws -> Bool {
    do {
      switch command {
      case .save(let path): try ChatMessage.save(session.messages, to: path)
      case .load(let path): session.replaceMessages(try ChatMessage.load(path))
      case .system(let text): session.setSystemPrompt(text)
      case .reset: session.reset()
      case .undo: if session.undo() == nil { common.say("there is nothing to take back") }
      case .help: common.say(ChatCommand.helpText)
      case .exit: return false
      case .unknown(let line):
        throw LMError(.usage, at: line, "is no command of the chat", remedy: "see /help")
      }
    } catch let error as LMError where error.kind != .usage {
      // A file that cannot be read or written ends a script, but not a conversation.
      guard isatty(STDIN_FILENO) == 1 else { throw error }
      ProgressLine.writeToStandardError("lm: \(error)\n")
    }
    return true
  }
}
