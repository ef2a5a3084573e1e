import LMRuntime
import LMTokenizer

/// How the messages of a chat become the ids of a prompt, and what ends an answer.
struct ChatForm {
  private enum Kind {
    case template(ChatTemplate, ChatEncoder)
    case plain
  }

  private let kind: Kind
  private let tokenizer: Tokenizer
  /// Texts at which an answer ends.
  let stopTexts: [String]
  /// Tokens at which it ends, besides the end of a text.
  private(set) var stopIDs: Set<Int32> = []

  /// The form of the tokenizer's chat template, in which no text of a message becomes a control token.
  /// - Throws: ``LMError`` where there is no template, or it is faulty.
  init(templateOf tokenizer: Tokenizer, at place: String) throws(LMError) {
    guard tokenizer.configuration["chat_template"] != nil else {
      throw LMError(
        at: place, "has no chat template",
        remedy:
          "use a model that was trained on chats, or --plain-chat for lines that begin with User: and Assistant:"
      )
    }
    let template = try tokenizer.chatTemplate()
    self.tokenizer = tokenizer
    kind = .template(template, ChatEncoder(tokenizer, template))
    stopTexts = []
    stopIDs = endOfTurn()
  }

  /// Lines that begin with `User:` and `Assistant:`.
  init(plain tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    kind = .plain
    stopTexts = ["\nUser:", "\nAssistant:"]
  }

  /// Ids of the messages, and of what opens the next answer.
  /// - Throws: ``LMError`` where the template cannot render them.
  func prompt(_ messages: [ChatMessage]) throws(LMError) -> [Int32] {
    switch kind {
    case .template: return try encode(messages, addGenerationPrompt: true)
    case .plain:
      let names = ["user": "User: ", "assistant": "Assistant: "]
      let lines = messages.map { (names[$0.role] ?? "") + $0.content }
      let ids = try tokenizer.encode((lines + ["Assistant:"]).joined(separator: "\n"), specials: .asText)
      guard let begin = tokenizer.bosID, ids.first != begin else { return ids }
      return [begin] + ids
    }
  }

  private func encode(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws(LMError) -> [Int32] {
    guard case .template(let template, let encoder) = kind else { return [] }
    let chat = try template.render(
      messages: messages.map(\.json), addGenerationPrompt: addGenerationPrompt,
      specialTokens: tokenizer.chatSpecialTokens)
    return try encoder.encode(chat)
  }

  /// The control token that the template writes first behind an answer, which is how a model ends one:
  /// `<|im_end|>`, `<|eot_id|>`, `<end_of_turn>`. None where it writes another text there.
  private func endOfTurn() -> Set<Int32> {
    let question = ChatMessage("user", "a")
    guard let opened = try? encode([question], addGenerationPrompt: true),
      let answered = try? encode([question, ChatMessage("assistant", "b")], addGenerationPrompt: false),
      answered.starts(with: opened)
    else { return [] }
    return Set(answered.dropFirst(opened.count).first { tokenizer.isSpecial($0) }.map { [$0] } ?? [])
  }
}
