import Glibc
import LMRuntime

/// A chat template: a program in a limited Jinja that turns messages into the text that a model continues.
///
///     let template = try ChatTemplate(source)
///     let chat = try template.render(messages: [["role": "user", "content": "Hello"]], addGenerationPrompt: true)
///     print(chat.text)
///
/// The language is that of Jinja2's immutable sandbox with `trim_blocks`, `lstrip_blocks` and loop controls, and
/// with what transformers adds: `raise_exception`, `strftime_now`, `tojson` without escapes for HTML,
/// `{% generation %}`. A template has no access to files, network or the environment, and ``Limits`` bound what
/// it may use of time and memory.
///
/// Not available: `include`, `import`, `extends`, `block`, `autoescape`; the filters `random`, `pprint`,
/// `filesizeformat`, `urlencode`, `urlize`, `wordwrap` and `xmlattr`; integers beyond 64 bits. `escape` and `safe` give plain
/// text. A generator prints no address.
public struct ChatTemplate: Sendable {
  /// The template as it was given.
  public let source: String
  /// What a rendering may use.
  public let limits: Limits
  let program: TemplateProgram

  /// What the parsing and rendering of a template may use. Going beyond is an error, never a trap.
  public struct Limits: Sendable, Equatable {
    /// Unicode scalars of the source.
    public var source = 1 << 20
    /// Nodes that are evaluated; iterations of loops and long texts count as several. About 5 million take a second.
    public var steps = 10_000_000
    /// Unicode scalars of all texts that are made on the way, also of those that are not kept; elements of lists
    /// count as several. Memory is four bytes for each at the most.
    public var symbols = 1 << 28
    /// Unicode scalars of the result.
    public var output = 1 << 24
    /// Calls of macros, and recursive loops, inside each other.
    public var callDepth = 100

    /// The usual limits.
    public init() {}
  }

  /// Parses a template.
  /// - Throws: ``LMError`` with the line of the first fault.
  /// - Complexity: O(length of the source).
  public init(_ source: String, limits: Limits = Limits()) throws(LMError) {
    let length = source.unicodeScalars.count
    guard length <= limits.source else {
      throw LMError(
        at: "chat template", "has \(length) characters, more than \(limits.source)",
        remedy: "use a template that belongs to a model")
    }
    self.source = source
    self.limits = limits
    program = try TemplateParser.parse(source)
  }

  /// The text of a chat.
  ///
  /// - Parameters:
  ///   - messages: The messages, each an object such as `{"role": "user", "content": "Hello"}`.
  ///   - tools: JSON schemas of functions that the model may call; `none` for the template where nil.
  ///   - addGenerationPrompt: Whether the text ends with what opens an answer of the assistant.
  ///   - variables: More variables for the template, such as `enable_thinking`. They count as data.
  ///   - specialTokens: Variables that are control tokens, such as `bos_token`. They count as part of the
  ///     template; ``Tokenizer/chatSpecialTokens`` gives them.
  ///   - now: The time for `strftime_now` in seconds since 1970; the clock's where nil.
  /// - Throws: ``LMError`` with the line of the template: what `raise_exception` says, the use of a missing
  ///   value, a limit that is reached.
  /// - Complexity: At most ``Limits/steps`` steps.
  public func render(
    messages: [JSON], tools: [JSON]? = nil, addGenerationPrompt: Bool = false,
    variables: JSONObject = JSONObject(), specialTokens: JSONObject = JSONObject(), now: Int? = nil
  ) throws(LMError) -> RenderedChat {
    let evaluator = TemplateEvaluator(program, limits: limits, now: now ?? time(nil))
    let text = try evaluator.render { name throws(LMError) in
      switch name {
      case "messages": return .list(TemplateList(try messages.map(Self.message)))
      case "tools":
        guard let tools else { return TemplateValue.null }
        return try TemplateValue(.array(tools), isData: true)
      case "add_generation_prompt": return .bool(addGenerationPrompt)
      default:
        if let value = variables[name] { return try TemplateValue(value, isData: true) }
        if let value = specialTokens[name] { return try TemplateValue(value, isData: false) }
        return name == "documents" ? TemplateValue.null : nil
      }
    }
    return RenderedChat(text)
  }

  /// Names of roles that count as part of the template, since some templates make control tokens of them
  /// (`'<|' + message.role + '|>'`).
  private static let roles = [
    "system", "user", "assistant", "tool", "developer", "function", "ipython", "model",
  ]

  private static func message(_ json: JSON) throws(LMError) -> TemplateValue {
    let value = try TemplateValue(json, isData: true, level: 2)
    guard case .mapping(let mapping) = value, case .string(let role)? = json["role"], roles.contains(role)
    else {
      return value
    }
    mapping.insert(.text(MarkedText(role)), for: "role")
    return value
  }
}

extension JSON {
  fileprivate subscript(key: String) -> JSON? {
    if case .object(let object) = self { object[key] } else { nil }
  }
}
