import LMFormats
import LMRuntime
import LMTestSupport
import Testing

@Suite struct PretrainTests {
  private let temporary = TemporaryDirectory()

  @Test func `a run writes a model, its log and its report`() throws {
    let run = try SampleRun.finished()
    let names = try FileSystem.entries(of: run.output)
    for name in [
      "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "metrics.jsonl",
      "report.html",
    ] { #expect(names.contains(name), "\(name)") }
    #expect(try FileSystem.entries(of: "\(run.output)/training").sorted() == ["step-20", "step-30"])
    let log = String(decoding: try TemporaryDirectory.bytes(of: "\(run.output)/metrics.jsonl"), as: UTF8.self)
    let records = try log.split(separator: "\n").map {
      JSONField(try JSON.parse(String($0), from: "log"), in: "log")
    }
    #expect(try records.map { try $0["step"].integer() } == Array(1...30))
    #expect(try records[29]["loss"].double() < records[0]["loss"].double())
    #expect(try records.filter { try $0.optional("validation_loss") != nil }.count == 3)
  }

  @Test func `with JSON it ends with one object`() throws {
    let run = try SampleRun(temporary)
    let outcome = try LM.run(run.arguments + ["--json"])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty && outcome.output.count { $0 == "\n" } == 1)
    let field = JSONField(try JSON.parse(outcome.output, from: "stdout"), in: "stdout")
    #expect(try field["steps"].integer() == 30 && field["model"].string() == run.output)
    #expect(try field["loss"].double() > 1 && field["validation_loss"].double() > 1)
    #expect(try field["peak_rss_mb"].integer() > 0 && field["seconds"].double() > 0)
  }

  @Test func `for people it says what it does, and the command line wins over YAML`() throws {
    var run = try SampleRun(temporary)
    run.arguments.removeAll { $0 == "--quiet" || $0.hasPrefix("--steps=") || $0.hasPrefix("--layers=") }
    let yaml = try temporary.write(
      "c.yaml", Array("steps: 4\nlayers: 3\ntokenizer: train\nvocab-size: 300\n".utf8))
    let outcome = try LM.run(run.arguments + ["-c", yaml, "--layers=2"])
    #expect(outcome.exitCode == 0 && outcome.output.isEmpty, "\(outcome.errors)")
    #expect(outcome.errors.contains("4 steps in") && outcome.errors.contains("vocabulary 259"))
    let info = try LM.run(["info", "--model", run.output, "--json"])
    let field = JSONField(try JSON.parse(info.output, from: "stdout"), in: "stdout")
    #expect(try field["layers"].integer() == 2 && field["family"].string() == "llama")
  }

  /// What transformers cannot open is saved as lm's own, which is said.
  @Test(arguments: [
    ["--family=qwen3", "--kv-heads=1"], ["--family=gpt2"], ["--family=bloom", "--hidden=64"],
    ["--family=smollm3", "--layers=4"], ["--family=mistral"], ["--family=qwen2"], ["--family=gemma2"],
    ["--family=gemma3"], ["--family=gpt_neox"], ["--family=mpt", "--hidden=64"],
    ["--position=alibi", "--norm-placement=post"],
    ["--position=sinusoidal", "--feed-forward=relu", "--untied-head"],
    ["--family=gpt2", "--no-biases", "--residual-scale=0.5", "--precision=bf16"],
  ])
  func `each family trains, is opened and generates`(choices: [String]) throws {
    var run = try SampleRun(temporary, steps: 3)
    run.arguments.removeAll { $0 == "--quiet" }
    let outcome = try LM.run(run.arguments + choices)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let isOwn = !choices.contains { $0.hasPrefix("--family") } || choices.contains("--residual-scale=0.5")
    #expect(outcome.errors.contains("saved as lm's own") == isOwn, "\(outcome.errors)")
    let text = try LM.run(["generate", "--model", run.output, "-p", "the", "-n", "5"])
    #expect(text.exitCode == 0 && text.output.hasPrefix("the"), "\(text.errors)")
  }

  /// Stopped and resumed by another process; a file of settings has the names of the flags.
  @Test(arguments: [
    "optimizer: muon\nadjust-lr: match-rms-adamw\nadamw-learning-rate: 0.002\nschedule: wsd\n",
    "optimizer: sgd\nmomentum: 0.8\nnesterov: true\nschedule: cyclic\nschedule-period: 8\nl1: 0.001\n",
    "optimizer: adafactor\nschedule: inverse-sqrt\nclip-value: 0.1\nprecision: bf16\n",
  ])
  func `other optimizers train and resume`(yaml: String) throws {
    let file = try temporary.write("c.yaml", Array(yaml.utf8))
    var run = try SampleRun(temporary, "run")
    if yaml.contains("precision") { run.arguments.removeAll { $0.hasPrefix("--precision") } }
    let outcome = try LM.run(run.arguments + ["-c", file])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let digest = try run.digest()
    #expect(try digest != SampleRun.finished().digest())
    for name in ["model.safetensors", "training/step-30"] {
      try FileSystem.removeTree("\(run.output)/\(name)")
    }
    let resumed = try LM.run(run.arguments + ["-c", file, "--resume=auto"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(try run.digest() == digest)
  }

  @Test func `logits are a float32 file of tokens by vocabulary`() throws {
    let model = try SampleRun.finished().output
    let outcome = try LM.run([
      "logits", "--model", model, "--ids", "1,2,3", "--out", temporary("x.npy"), "--quiet",
    ])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let bytes = try TemporaryDirectory.bytes(of: temporary("x.npy"))
    let header = String(decoding: bytes.prefix(128), as: UTF8.self)
    #expect(header.contains("'descr': '<f4'") && header.contains("'shape': (3, 259)"), "\(header)")
    #expect(bytes.count == 128 + 4 * 3 * 259)
  }

  @Test(
    arguments: [
      (["--ids", "1,x"], 64, "\"x\" is no id"), (["--ids", "1,,2"], 64, "\"\" is no id"),
      (["--ids", ""], 64, "--ids"),
      (["--ids", "259"], 64, "259 is out of range"), (["--ids=-1"], 64, "-1 is out of range"),
      ([], 64, "--ids: is missing"),
      (["--text", "far more than sixteen tokens"], 64, "ids for a context of 16"),
      (["--text", ""], 64, "--ids: 0 ids"),
    ] as [([String], Int32, String)])
  func `ids that cannot be are refused`(arguments: [String], code: Int32, part: String) throws {
    let model = try SampleRun.finished().output
    let outcome = try LM.run(["logits", "--model", model, "--out", temporary("x.npy")] + arguments)
    #expect(outcome.isRefused(code, saying: part), "\(outcome.exitCode): \(outcome.errors)")
    #expect(FileSystem.kind(of: temporary("x.npy")) == nil)
  }
}
