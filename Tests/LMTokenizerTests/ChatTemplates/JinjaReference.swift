import LMRuntime
import LMTestSupport
import LMTokenizer

/// Jinja2, run through Python where it is installed.
enum JinjaReference {
  /// The time that both sides take for `strftime_now`.
  static let now = 1_751_551_509

  /// What a template did with a chat.
  enum Outcome: Equatable {
    case text(String)
    /// What `raise_exception` said.
    case raised(String)
    case failed(String)
  }

  /// A chat to render.
  struct Chat {
    var messages: [JSON]
    var tools: [JSON]?
    var addGenerationPrompt = false
    var variables: JSONObject = [:]

    var json: JSON {
      [
        "messages": .array(messages), "tools": tools.map { .array($0) } ?? .null,
        "add_generation_prompt": .bool(addGenerationPrompt), "variables": .object(variables),
      ]
    }

    /// What our own renderer does.
    func outcome(_ template: ChatTemplate) -> Outcome {
      do {
        return .text(
          try template.render(
            messages: messages, tools: tools, addGenerationPrompt: addGenerationPrompt, variables: variables,
            now: JinjaReference.now
          ).text)
      } catch {
        return error.remedy.hasPrefix("the template says so") ? .raised(error.problem) : .failed("\(error)")
      }
    }
  }

  /// What Jinja2 does with each template and each chat (or only with `pairs` of them); nil, with a message,
  /// where there is no Python with Jinja2.
  static func outcomes(
    _ templates: [String], _ chats: [Chat], pairs: [(Int, Int)] = []
  ) throws -> [Outcome]? {
    guard let python = Python.interpreter(importing: "jinja2") else {
      print("skipped: no Python with jinja2 (set LM_PYTHON)")
      return nil
    }
    let folder = TemporaryDirectory()
    defer { withExtendedLifetime(folder) {} }
    let cases = folder.path + "/cases.json"
    let results = folder.path + "/results.json"
    let document: JSON = [
      "now": .integer(now), "templates": .array(templates.map { .string($0) }),
      "chats": .array(chats.map(\.json)),
      "pairs": .array(pairs.map { [.integer($0.0), .integer($0.1)] }),
    ]
    try document.write(to: cases, .compact)
    let script = SharedData.packageRoot + "/Tests/Reference/reference_chat_templates.py"
    guard Python.run(python, [script, cases, results]) == 0 else {
      throw LMError(at: script, "fails", remedy: "run it by hand")
    }
    return try JSONField(try JSON.read(results), in: results).array().map { result in
      if case .string(let text) = result.value { return .text(text) }
      let message = try result["error"].string()
      return try result["type"].string() == "Raised" ? .raised(message) : .failed(message)
    }
  }
}
