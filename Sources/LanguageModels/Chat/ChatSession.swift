import LMGeneration
import LMRuntime

/// A conversation with a model: its messages, and the answers to them.
///
///     let chat = try ChatSession(model, systemPrompt: "Answer in one sentence.")
///     try chat.answer("Who was Ada Lovelace?") { print($0, terminator: ""); return true }
///
/// What the model has read of the conversation is kept from turn to turn.
public final class ChatSession {
  /// All messages so far, the system's first where there is one.
  public private(set) var messages: [ChatMessage] = []
  /// How tokens are chosen.
  public var settings = SamplingSettings()
  /// At most this many tokens per answer; less where the context ends before.
  public var maximumTokens = 512
  /// Texts at which an answer ends.
  public var stopTexts: [String] = []

  private let model: LanguageModel
  private let form: ChatForm

  /// A conversation without messages.
  /// - Parameter isPlain: Whether messages are lines with `User:` and `Assistant:` instead of the template's.
  /// - Throws: ``LMError`` where the tokenizer has no chat template and `isPlain` is false.
  public init(_ model: LanguageModel, systemPrompt: String? = nil, isPlain: Bool = false) throws(LMError) {
    self.model = model
    form =
      isPlain ? ChatForm(plain: model.tokenizer) : try ChatForm(templateOf: model.tokenizer, at: model.place)
    if let systemPrompt { setSystemPrompt(systemPrompt) }
  }

  /// Answers `text`; both are messages of the conversation then.
  /// - Parameter onText: Gets every piece of the answer; false ends it, and what came is the answer.
  /// - Throws: ``LMError`` where the conversation outgrows the context, or the template refuses it; the
  ///   conversation is as before then.
  @discardableResult
  public func answer(_ text: String, onText: (String) -> Bool) throws(LMError) -> (
    text: String, result: GenerationResult
  ) {
    let asked = messages + [ChatMessage("user", text)]
    let prompt = try form.prompt(asked)
    var limit = maximumTokens
    if model.generator.overflow == .refuse {
      let room = model.folder.config.configuration.contextLength - prompt.count
      guard room > 0 else { throw Self.isFull(prompt.count, prompt.count + room) }
      limit = min(limit, room)
    }
    let request = GenerationRequest(
      prompt, settings, maximumTokens: limit, stopIDs: model.endIDs.union(form.stopIDs))
    let answer = try model.generate(request, stopTexts: form.stopTexts + stopTexts, onText: onText)
    messages = asked + [ChatMessage("assistant", answer.text)]
    return answer
  }

  private static func isFull(_ tokens: Int, _ context: Int) -> LMError {
    LMError(
      .usage, at: "the conversation", "has \(tokens) tokens, and the model's context is \(context)",
      remedy: "take messages back with /undo, begin anew with /reset, or start with --context-shift")
  }

  /// Replaces the system's message; an empty one takes it away.
  public func setSystemPrompt(_ text: String) {
    messages.removeAll { $0.role == "system" }
    if !text.isEmpty { messages.insert(ChatMessage("system", text), at: 0) }
  }

  /// Forgets all messages but the system's.
  public func reset() { messages.removeAll { $0.role != "system" } }

  /// Takes the last question and what followed it back.
  /// - Returns: The question; nil where there is none.
  @discardableResult
  public func undo() -> String? {
    guard let last = messages.lastIndex(where: { $0.role == "user" }) else { return nil }
    let text = messages[last].content
    messages.removeSubrange(last...)
    return text
  }

  /// Replaces the conversation.
  public func replaceMessages(_ messages: [ChatMessage]) { self.messages = messages }
}
