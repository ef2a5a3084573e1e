import Glibc
import LMRuntime
import LMTestSupport
import Testing

@Suite struct ChatTests {
  private let temporary = TemporaryDirectory()
  private static let template =
    "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    + "{% if add_generation_prompt %}assistant: {% endif %}"

  /// The model of the finished run with a chat template and a context in which some turns fit.
  private func folder(hasTemplate: Bool = true) throws -> String {
    let folder = temporary(hasTemplate ? "model" : "plain")
    guard FileSystem.kind(of: folder) == nil else { return folder }
    try copyFolder(try SampleRun.finished().output, to: folder)
    try edit("\(folder)/config.json") { config in
      config["max_position_embeddings"] = 400
      guard case .object(var own)? = config["lm"] else { return }
      own["context_length"] = 400
      config["lm"] = .object(own)
    }
    if hasTemplate {
      try edit("\(folder)/tokenizer_config.json") { $0["chat_template"] = .string(Self.template) }
    }
    return folder
  }

  private func edit(_ path: String, _ change: (inout JSONObject) -> Void) throws {
    guard case .object(var object) = try JSON.read(path) else { return }
    change(&object)
    try JSON.object(object).write(to: path)
  }

  private func chat(_ lines: [String], _ arguments: [String] = []) throws -> LM.Outcome {
    try LM.run(
      ["chat", "--model", try folder(), "-n", "6", "--temp", "0"] + arguments,
      input: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  private func answers(_ outcome: LM.Outcome) throws -> [JSONField] {
    try outcome.output.split(separator: "\n").map {
      JSONField(try JSON.parse(String($0), from: "stdout"), in: "stdout")
    }
  }

  @Test func `each line is answered, and what was read is kept`() throws {
    let outcome = try chat(["the fox", "", "ran"], ["--json", "--system-prompt", "be small"])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let answers = try answers(outcome)
    #expect(answers.count == 2)
    let (first, second) = (answers[0], answers[1])
    #expect(try first["role"].string() == "assistant" && first["cached_tokens"].integer() == 0)
    let question = "system: be small\nuser: the fox\nassistant: "
    let whole = try question + first["content"].string() + "\nuser: ran\nassistant: "
    #expect(
      try second["prompt_tokens"].integer() - first["prompt_tokens"].integer() == whole.utf8.count
        - question.utf8.count)
    #expect(try second["cached_tokens"].integer() >= question.utf8.count)
    #expect(
      try chat(["the fox"], ["--system-prompt", "be small"]).output == first["content"].string() + "\n")
  }

  @Test func `the conversation is saved, loaded, taken back and begun anew`() throws {
    let file = temporary("chat.json")
    let outcome = try chat(["the", "/save \(file)", "/undo", "/undo", "a hill", "/reset", "the"], ["--json"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("there is nothing to take back"))
    let own = try answers(outcome)
    let (first, again) = (try own[0]["content"].string(), try own[2]["content"].string())
    #expect(own.count == 3 && first == again)
    let saved = JSONField(try JSON.read(file), in: file)
    let messages = try saved["messages"].array()
    #expect(try messages.map { try $0["role"].string() } == ["user", "assistant"])
    #expect(try messages[1]["content"].string() == own[0]["content"].string())

    let copy = temporary("again.json")
    let loaded = try chat(
      ["/load \(file)", "/system be small", "ran", "/save \(copy)"], ["--json"])
    let roles = try JSONField(try JSON.read(copy), in: copy)["messages"].array().map {
      try $0["role"].string()
    }
    #expect(roles == ["system", "user", "assistant", "user", "assistant"], "\(loaded.errors)")
  }

  @Test func `unknown commands are said and change nothing`() throws {
    let outcome = try chat(["/foo", "/save", "/help", "the", "/exit", "never"])
    #expect(outcome.exitCode == 0 && outcome.output.split(separator: "\n").count <= 6)
    #expect(outcome.errors.contains("lm: /foo: is no command of the chat; see /help"))
    #expect(outcome.errors.contains("lm: /save: is no command") && outcome.errors.contains("/system TEXT"))
  }

  @Test func `a message beyond the context is refused and the next one answered`() throws {
    let long = String(repeating: "a", count: 500)
    let outcome = try chat([long, "the"])
    #expect(outcome.exitCode == 0 && outcome.errors.contains("the conversation: has"), "\(outcome.errors)")
    #expect(try outcome.output == chat(["the"]).output)
    let shifted = try chat([long, "the"], ["--context-shift", "--keep", "4"])
    #expect(shifted.exitCode == 0 && shifted.errors.isEmpty, "\(shifted.errors)")
  }

  @Test func `a model without a template needs a flag`() throws {
    let arguments = ["chat", "--model", try folder(hasTemplate: false), "-n", "4", "--temp", "0"]
    let refused = try LM.run(arguments, input: Array("the\n".utf8))
    #expect(refused.isRefused(2, saying: "has no chat template; ") && refused.errors.contains("--plain-chat"))
    let plain = try LM.run(arguments + ["--plain-chat"], input: Array("the\nfox".utf8))
    #expect(plain.exitCode == 0 && plain.errors.isEmpty && plain.output.contains("\n"), "\(plain.errors)")
  }

  @Test func `what is no conversation is refused`() throws {
    try temporary.write("bad.json", Array("{\"messages\": [{\"role\": 1}]}".utf8))
    #expect(try chat(["/load \(temporary("bad.json"))"]).isRefused(2, saying: "bad.json"))
    #expect(try chat(["/load \(temporary("none.json"))"]).isRefused(2, saying: "none.json"))
    #expect(try chat(["the"], ["--keep=3"]).isRefused(64, saying: "--keep"))
    #expect(try chat(["the"], ["--kv-bits=4"]).isRefused(64, saying: "--kv-bits: is 4"))
  }

  @Test func `Ctrl-C stops the answer and not the program`() throws {
    let process = try LM(
      ["chat", "--model", try folder(), "-n", "100000000", "--context-shift"],
      input: Array("the\n/exit\n".utf8))
    for _ in 0..<600 where try process.outputSoFar().isEmpty { usleep(50_000) }
    process.signal(SIGINT)
    let outcome = try process.wait()
    #expect(outcome.exitCode == 0 && outcome.output.hasSuffix("\n"), "\(outcome.exitCode) \(outcome.errors)")
  }
}
