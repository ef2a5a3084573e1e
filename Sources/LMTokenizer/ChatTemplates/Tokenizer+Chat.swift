import LMRuntime

extension Tokenizer {
  /// The chat template of tokenizer_config.json.
  ///
  /// `chat_template` may be one template, or several with names. Without a name, `tool_use` is taken where there
  /// are tools and a template of that name, `default` otherwise.
  /// - Parameters:
  ///   - name: The template's name among several; nil chooses.
  ///   - hasTools: Whether the chat has tools.
  ///   - limits: What a rendering may use.
  /// - Throws: ``LMError`` where there is no such template, or it is faulty.
  public func chatTemplate(
    named name: String? = nil, hasTools: Bool = false, limits: ChatTemplate.Limits = ChatTemplate.Limits()
  ) throws(LMError) -> ChatTemplate {
    let configuration = JSONField(.object(configuration), in: "tokenizer_config.json")
    guard let field = try configuration.optional("chat_template") else {
      throw LMError(
        at: "tokenizer_config.json", "has no \"chat_template\"",
        remedy: "use a model that was trained on chats, or give a template")
    }
    if case .string(let source) = field.value { return try ChatTemplate(source, limits: limits) }
    var templates: [String: String] = [:]
    for template in try field.array() {
      templates[try template["name"].string()] = try template["template"].string()
    }
    let chosen = name ?? (hasTools && templates["tool_use"] != nil ? "tool_use" : "default")
    guard let source = templates[chosen] else {
      throw field.failure(
        "has no template \(JSON.quoted(chosen))", remedy: "choose one of \(templates.keys.sorted())")
    }
    return try ChatTemplate(source, limits: limits)
  }

  /// The special tokens that templates ask for by name (`bos_token`, `eos_token`, …), as tokenizer_config.json
  /// gives them; begin, end and padding also from ``specialIDs``.
  public var chatSpecialTokens: JSONObject {
    var result = JSONObject()
    let known = [("bos_token", bosID), ("eos_token", eosID), ("pad_token", padID)]
    for (name, id) in known { if let id, let token = token(id) { result[name] = .string(token) } }
    let names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
    for name in names {
      switch configuration[name] {
      case .string(let content)?: result[name] = .string(content)
      case .object(let token)?: result[name] = token["content"] ?? result[name]
      default: break
      }
    }
    return result
  }

  /// Renders a chat with the tokenizer's template and encodes it; no text of a message becomes a control token.
  ///
  /// For many chats, keep a ``ChatTemplate`` and a ``ChatEncoder``. As in transformers, what a message calls
  /// `reasoning_content`, `thinking` or `reasoning` is given to the template as the first two of them.
  /// - Parameters:
  ///   - messages: The messages, each an object such as `{"role": "user", "content": "Hello"}`.
  ///   - tools: JSON schemas of functions that the model may call.
  ///   - addGenerationPrompt: Whether the ids end with what opens an answer of the assistant.
  ///   - variables: More variables for the template.
  /// - Throws: ``LMError`` where there is no template, or it cannot render the messages.
  public func encodeChat(
    messages: [JSON], tools: [JSON]? = nil, addGenerationPrompt: Bool = true,
    variables: JSONObject = JSONObject()
  ) throws(LMError) -> [Int32] {
    let template = try chatTemplate(hasTools: tools != nil)
    let chat = try template.render(
      messages: messages.map(Self.withReasoning), tools: tools, addGenerationPrompt: addGenerationPrompt,
      variables: variables,
      specialTokens: chatSpecialTokens)
    return try ChatEncoder(self, template).encode(chat)
  }

  /// The message with its reasoning under the names that templates know.
  private static func withReasoning(_ message: JSON) -> JSON {
    guard case .object(var object) = message,
      let reasoning = ["reasoning_content", "thinking", "reasoning"].lazy.compactMap({ object[$0] })
        .first(where: { $0 != .null })
    else { return message }
    if object["thinking"] == nil { object["thinking"] = reasoning }
    object["reasoning_content"] = reasoning
    return .object(object)
  }
}
