import LMRuntime
import LMTestSupport
import Testing

@Suite struct EvaluateTests {
  private let temporary = TemporaryDirectory()

  private func write(_ name: String, _ text: String) throws -> String {
    try temporary.write(name, Array(text.utf8))
  }

  private func evaluate(_ arguments: [String], model: Bool = true) throws -> LM.Outcome {
    let folder = model ? ["--model", try SampleRun.finished().output] : []
    return try LM.run(["evaluate", "--quiet"] + folder + arguments)
  }

  private func json(_ arguments: [String], model: Bool = true) throws -> JSONField {
    let outcome = try evaluate(arguments + ["--json"], model: model)
    try #require(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return JSONField(try JSON.parse(outcome.output, from: "stdout"), in: "stdout")
  }

  private var text: String { String(decoding: SampleRun.text.prefix(2000), as: UTF8.self) }

  @Test func `perplexity in all units, and bits per byte as training reports them`() throws {
    let path = try write("a.txt", text)
    let result = try json(["--data", path])
    let nats = try result["nats_per_token"].double()
    // Tokens are bytes, and the begin-of-text token before them does not count: one byte a token.
    #expect(try result["tokens"].integer() == 2000 && result["bytes"].integer() == 2000)
    #expect(abs(try result["bits_per_byte"].double() - nats / 0.6931471805599453) < 1e-9)
    #expect(try result["max_length"].integer() == 16 && result["stride"].integer() == 8)
    #expect(try result["perplexity"].double() > 1 && result["nats_per_token_stderr"].double() > 0)
    #expect(
      try json(["--data", path, "--metric", "bits-per-byte", "--threads=1"])["perplexity"].value
        == result["perplexity"].value)
    let half = try json(["--data", path, "--windows", "half-context", "--max-length=8"])
    #expect(try half["tokens"].integer() == 2001 / 8 * 3)
    let people = try evaluate(["--data", path])
    #expect(people.output.contains("perplexity stderr") && people.exitCode == 0)
    let progress = try LM.run(["evaluate", "--model", try SampleRun.finished().output, "--data", path])
    #expect(progress.errors.contains("2001/2001"))
  }

  @Test func `a model does not differ from itself, and bf16 only a little`() throws {
    let (path, scores) = (try write("a.txt", text), temporary("r.safetensors"))
    let saved = try json(["--data", path, "--save-reference", scores])
    let same = try json(["--metric", "kl-divergence", "--reference", scores])
    #expect(try same["perplexity"].value == saved["perplexity"].value)
    #expect(try abs(same["kl_divergence"].double()) < 1e-6 && same["same_top"].double() == 1)
    let other = try json(["--metric", "kl-divergence", "--reference", scores, "--precision", "bf16"])
    // The sample model is nearly uniform: the difference is about what 16 bits leave.
    #expect(try abs(other["kl_divergence"].double()) < 1e-3 && other["same_top"].double() > 0.5)
    #expect(try other["perplexity"].value != saved["perplexity"].value)
    #expect(try other["kl_divergence_max"].double() > other["kl_divergence_median"].double())
    #expect(
      try evaluate(["--metric=kl-divergence", "--reference", path]).isRefused(2, saying: "safetensors"))
  }

  @Test func `accuracy`() throws {
    let path = try write(
      "q.jsonl",
      """
      {"question": "the small fox", "choices": ["ran over", "zzzz qqqq"], "answer": "A"}
      {"prompt": "the small fox", "choices": ["ran over", "zzzz qqqq"], "answer": 1}
      """)
    let result = try json(["--metric", "accuracy", "--data", path])
    #expect(try result["acc"].double() == 0.5 && result["questions"].integer() == 2)
    #expect(try result["acc_norm"].double() == 0.5 && result["acc_stderr"].double() == 0.5)
    let wrong = try write(
      "w.jsonl", "{\"question\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 0}\n{\"question\": 1}\n")
    #expect(try evaluate(["--metric=accuracy", "--data", wrong]).isRefused(2, saying: "line 2"))
  }

  @Test func `texts against references`() throws {
    let hypotheses = try write("h.txt", "the cat sat on the mat\n\nThe end.\n")
    let references = try write("r.txt", "the cat sat on the mat\nsomething\nthe end .\n")
    let bleu = try json(
      ["--metric=bleu", "--hypotheses", hypotheses, "--references", references, "--ignore-case"], model: false
    )
    #expect(try bleu["precision_1"].double() == 100 && bleu["hypothesis_length"].integer() == 9)
    #expect(try bleu["reference_length"].integer() == 10 && bleu["segments"].integer() == 3)
    let rouge = try json(
      ["--metric=rouge", "--hypotheses", hypotheses, "--references", references, references], model: false)
    #expect(abs(try rouge["rouge1"].double() - 2 / 3.0) < 1e-12)
    let short = try write("s.txt", "one\n")
    #expect(
      try evaluate(["--metric=bleu", "--hypotheses", hypotheses, "--references", short], model: false)
        .isRefused(2, saying: "1 texts for 3"))
  }

  @Test func `completions by the model`() throws {
    let path = try write("p.jsonl", "{\"prompt\": \"the\", \"completion\": [\"small\", \"fox\"]}\n")
    let bleu = try json(["--metric=bleu", "--data", path, "-n", "8", "--tokenize=char"])
    #expect(try bleu["segments"].integer() == 1 && bleu["hypothesis_length"].integer() > 0)
    let long = try write(
      "l.jsonl", "{\"prompt\": \"\(String(repeating: "a", count: 40))\", \"completion\": \"b\"}\n")
    #expect(try evaluate(["--metric=rouge", "--data", long]).isRefused(2, saying: "example 1"))
  }

  @Test(
    arguments: [
      ([], 64, "--data: is missing"), (["--data", "EMPTY"], 2, "is empty"),
      (["--data", "none.txt"], 2, "is missing"),
      (["--data", "BAD"], 2, "line 2"), (["--data", "TEXT", "--max-length=17"], 64, "--max-length"),
      (["--data", "TEXT", "--max-length=1"], 64, "--max-length"),
      (["--data", "TEXT", "--stride=0"], 64, "--stride"),
      (["--data", "TEXT", "--stride=17"], 64, "--stride"),
      (["--data", "SHORT", "--windows=half-context"], 2, "too few"),
      (["--data", "TEXT", "--stemmer"], 64, "--stemmer"),
      (["--metric=kl-divergence"], 64, "--reference: is missing"),
      (["--metric=kl-divergence", "--reference=TEXT", "--data", "TEXT"], 64, "--data"),
      (["--data", "TEXT", "--windows=half-context", "--stride=4"], 64, "--stride"),
      (["--metric=bleu", "--hypotheses=TEXT"], 64, "--model"),
      (["--metric=accuracy"], 64, "--data: is missing"),
      (["--metric=bleu", "--data", "TEXT", "TEXT"], 64, "names 2 files"), (["--metric=loss"], 64, "--metric"),
      (["--metric=bleu", "--data", "TEXT", "-n", "0"], 64, "--max-tokens"),
      (["--metric=rouge", "--data", "BAD"], 2, "line 1"),
      (["--data", "TEXT", "--windows=all"], 64, "--windows"),
    ] as [([String], Int32, String)])
  func `what cannot be measured is refused in one line`(arguments: [String], code: Int32, part: String) throws
  {
    let files = [
      "EMPTY": try write("empty.txt", ""), "TEXT": try write("a.txt", text),
      "SHORT": try write("s.txt", "ab"),
      "BAD": try write("bad.jsonl", "{\"text\": \"a\"}\n{\"text\": 1}\n"),
    ]
    let outcome = try evaluate(
      arguments.map { argument in files.reduce(argument) { $0.replacing($1.key, with: $1.value) } })
    #expect(outcome.isRefused(code, saying: part), "\(outcome.exitCode): \(outcome.errors)\(outcome.output)")
  }
}
