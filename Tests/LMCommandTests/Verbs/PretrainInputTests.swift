import Glibc
import LMRuntime
import LMTestSupport
import Testing

/// What `lm pretrain` refuses: one line, the right code, nothing written.
@Suite struct PretrainInputTests {
  private let temporary = TemporaryDirectory()

  /// Runs the sample with more arguments and expects a refusal that leaves nothing behind.
  private func expectRefusal(
    _ extra: [String], data: String? = nil, _ code: Int32, _ part: String,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let run = try SampleRun(temporary)
    let arguments = run.arguments.map { $0 == run.data ? data ?? $0 : $0 }
    let outcome = try LM.run(arguments + extra)
    #expect(
      outcome.isRefused(code, saying: part),
      "\(extra) → \(outcome.exitCode): \(outcome.errors)\(outcome.output)",
      sourceLocation: location)
    #expect(FileSystem.kind(of: run.output) == nil, "\(extra) left a folder", sourceLocation: location)
  }

  @Test func `data that is no text`() throws {
    let files: [(name: String, bytes: [UInt8], part: String)] = [
      ("empty.txt", [], "is empty"),
      ("binary.txt", [0x7F, 0x45, 0x4C, 0x46, 0, 1], "binary.txt, byte 4: is zero"),
      ("latin1.txt", Array("sch".utf8) + [0xF6] + Array("n".utf8), "latin1.txt, byte 3: begins no UTF-8"),
      ("cut.txt", Array("三".utf8.dropLast()), "byte 0"),
      ("short.txt", Array("only a few words".utf8), "fewer than one context"),
      ("one.txt", [0x41], "too few"), ("bad.jsonl", Array("{\"text\": \"a\"}\nnonsense\n".utf8), "line 2"),
      ("keys.jsonl", Array("{\"body\": \"a\"}\n".utf8), "has no \"text\" (found \"body\")"),
    ]
    for (name, bytes, part) in files {
      try expectRefusal([], data: temporary.write(name, bytes), 2, part)
    }
    try FileSystem.createDirectory(temporary("folder"))
    try expectRefusal([], data: temporary("folder"), 2, "no text was found")
    try expectRefusal([], data: temporary("nothing"), 2, "nothing: is missing")
    try expectRefusal(["--validation-data", temporary("one.txt")], 2, "fewer than one context")
    try expectRefusal(["--validation-data", temporary("nothing")], 2, "is missing")
    // Enough for validation, not for training.
    let long = try temporary.write("long.txt", SampleRun.text)
    try expectRefusal(["--validation-data", long], data: temporary("one.txt"), 2, "the training text")
  }

  @Test func `flags and presets that do not exist`() throws {
    try expectRefusal(["--layer=2"], 64, "'--layer'")
    try expectRefusal(["--preset", "huge"], 64, "--preset: \"huge\" is unknown; use one of demo")
    try expectRefusal(["--family", "mamba"], 64, "mamba")
    try expectRefusal(["--position", "absolute"], 64, "absolute")
    try expectRefusal(["--layers", "many"], 64, "many")
    try expectRefusal(["--layers"], 64, "--layers")
    try expectRefusal(["surplus=1", "--layers=1"], 64, "")
    try expectRefusal(["--pattern=spaces", "--tokenizer=train"], 64, "--pattern: \"spaces\" is unknown")
    try expectRefusal(["--max-time=soon"], 64, "--max-time")
    for arguments in [["dance"], ["pretrain"], ["pretrain", "--data", "x"], ["generate", "--beam", "3"]] {
      let outcome = try LM.run(arguments)
      #expect(outcome.isRefused(64, saying: ""), "\(arguments) → \(outcome.exitCode): \(outcome.errors)")
    }
  }

  @Test func `optimizers and schedules that do not exist or lack what is given`() throws {
    let cases: [(arguments: [String], part: String)] = [
      (["--optimizer=adamax"], "--optimizer: \"adamax\" is unknown; use one of adamw, adam, nadam, sgd"),
      (["--optimizer="], "--optimizer"),
      (
        ["--optimizer=sgd", "--weight-decay=0.1"], "--weight-decay: is not part of sgd; leave it out, or use"
      ),
      (["--momentum=0.9"], "--momentum: is not part of adamw"),
      (["--optimizer=lion", "--nesterov"], "--nesterov: is not part of lion"),
      (["--optimizer=sgd", "--momentum=0", "--nesterov"], "--nesterov: does nothing without momentum"),
      (["--optimizer=sgd", "--momentum=1"], "--momentum: is 1.0; use 0 to below 1"),
      (["--optimizer=sgd", "--momentum=nan"], "--momentum: is nan"),
      (["--optimizer=muon", "--adjust-lr=best"], "--adjust-lr: is \"best\"; use one of original, match-rms"),
      (["--optimizer=muon", "--adamw-learning-rate=-1"], "--adamw-learning-rate: is -1.0"),
      (["--adjust-lr=original"], "--adjust-lr: is not part of adamw"),
      (["--schedule=sine"], "--schedule: \"sine\" is unknown; use one of constant, linear, cosine"),
      (["--schedule=cyclic"], "--schedule-period: is missing"),
      (["--schedule=restarts", "--schedule-period=0"], "--schedule-period: is 0"),
      (["--schedule=exponential", "--schedule-factor=2"], "--schedule-factor: is 2.0"),
      (["--schedule-factor=0.5"], "--schedule-factor: is not part of cosine"),
      (["--schedule=constant", "--min-lr=0.1"], "--min-lr: is not part of constant"),
    ]
    for (arguments, part) in cases { try expectRefusal(arguments, 64, part) }
  }

  @Test func `help is no error`() throws {
    for arguments in [["--help"], ["pretrain", "--help"], ["tokenizer", "--help"], []] {
      let outcome = try LM.run(arguments)
      #expect(
        outcome.exitCode == 0 && outcome.errors.isEmpty && outcome.output.contains("USAGE"), "\(arguments)")
    }
  }

  @Test(
    arguments: [
      ("steps: 5\nlayer: 3\n", 64, ":2: \"layer\" is unknown"), ("- 1\n- 2\n", 2, "is no mapping"),
      ("steps: [1\n", 2, "is no YAML"), ("steps: {a: 1}\n", 64, "\"steps\" is no plain value"),
      ("preset: demo\n", 64, "\"preset\" is unknown"), ("steps: five\n", 64, "five"),
      ("steps: -5\n", 64, "--steps: is -5"),
    ] as [(String, Int32, String)])
  func `keys and values of a YAML file`(yaml: String, code: Int32, part: String) throws {
    let path = try temporary.write("c.yaml", Array(yaml.utf8))
    var run = try SampleRun(temporary)
    run.arguments.removeAll { $0.hasPrefix("--steps=") }
    let outcome = try LM.run(run.arguments + ["-c", path])
    #expect(outcome.isRefused(code, saying: part), "\(outcome.exitCode): \(outcome.errors)")
    #expect(FileSystem.kind(of: run.output) == nil)
  }

  @Test func `a YAML file that is missing`() throws {
    try expectRefusal(["-c", temporary("none.yaml")], 2, "none.yaml")
  }

  @Test func `sizes that cannot be`() throws {
    let cases: [(flag: String, values: [String], part: String)] = [
      ("heads", ["3"], "--heads: 3 does not divide --width 16; use one of 1, 2, 4, 8, 16"),
      ("kv-heads", ["3", "4"], "key/value heads do not divide 2 heads; use one of 1, 2"),
      ("layers", ["0", "-1", "5000", "\(Int.max)"], "layers is"),
      ("heads", ["0", "-2", "\(Int.min)"], "heads is"), ("kv-heads", ["0", "-1"], "key/value heads is"),
      ("width", ["0", "-16", "\(Int.max - 1)", "1048576"], "width is"),
      ("head-width", ["0", "-2", "1000000"], "head width is"), ("head-width", ["3"], "is odd"),
      ("hidden", ["0", "-1", "\(Int.max)"], "hidden width is"),
      ("context", ["0", "-1", "\(Int.max)"], "context is"),
      ("batch-size", ["0", "-1", "\(Int.max)"], "--batch-size: is"),
      ("batch-size", ["1000000000"], "takes more than"),
      ("grad-accumulation-steps", ["0"], "--grad-accumulation-steps: is 0"),
      ("steps", ["0", "-3"], "--steps: is"), ("save-every", ["0"], "--save-every: is 0"),
      ("steps-per-eval", ["-1"], "--steps-per-eval: is -1"),
      ("warmup-steps", ["-1"], "--warmup-steps: is -1"),
      ("learning-rate", ["0", "-1", "nan", "inf"], "--learning-rate: is"),
      ("min-lr", ["2", "nan"], "--min-lr: is"),
      ("weight-decay", ["-1", "nan"], "--weight-decay: is"), ("beta1", ["1", "nan"], "--beta1: is"),
      ("epsilon", ["0", "-1", "inf"], "--epsilon: is"), ("clip-value", ["0", "nan"], "--clip-value: is"),
      ("l1", ["-1", "nan"], "--l1: is"), ("l2", ["-0.1", "inf"], "--l2: is"),
      ("max-norm", ["0", "inf"], "--max-norm: is"), ("label-smoothing", ["1"], "--label-smoothing: is"),
      ("patience", ["0"], "--patience: is 0"), ("dropout", ["1", "-0.5"], "dropout is"),
      ("residual-scale", ["nan"], "residual scale is nan"), ("rope-base", ["0", "nan"], "rotary base is"),
      ("threads", ["0", "257", "-1"], "--threads: is"), ("seed", ["-1", "x"], "--seed"),
      ("layers", ["99999999999999999999"], "99999999999999999999"),
    ]
    for (flag, values, part) in cases {
      for value in values { try expectRefusal(["--\(flag)=\(value)"], 64, part) }
    }
    for value in ["100", "0", "-5", "1000000000000"] {
      try expectRefusal(["--tokenizer=train", "--vocab-size=\(value)"], 64, "vocabulary size: is \(value)")
    }
    // Every size is allowed, all together are not.
    try expectRefusal(["--layers=4000", "--width=8192", "--hidden=32768"], 64, "the model: ")
    try expectRefusal(["--layers=20", "--width=8192", "--hidden=32768"], 64, "takes more than")
  }

  @Test func `tokenizers that are not there or broken`() throws {
    try expectRefusal(["--tokenizer", temporary("none")], 2, "none")
    let files: [(text: String, part: String)] = [
      ("{}", "model"), ("{\"model\": ", "tokenizer.json"), ("[]", "tokenizer.json"),
      ("{\"model\": {\"type\": \"BPE\", \"merges\": []}}", "tokenizer.json"),
    ]
    for (text, part) in files {
      try temporary.write("tokenizer.json", Array(text.utf8))
      try expectRefusal(["--tokenizer", temporary("tokenizer.json")], 2, part)
      try expectRefusal(["--tokenizer", temporary.path], 2, part)
    }
  }

  @Test func `an output that cannot be`() throws {
    let run = try SampleRun(temporary)
    try temporary.write("run", [1])
    #expect(try LM.run(run.arguments).isRefused(64, saying: "is a file"))
    #expect(try TemporaryDirectory.bytes(of: run.output) == [1])
    let below = try LM.run(run.arguments + ["--out=\(run.output)/below"])
    #expect(below.isRefused(2, saying: "\(run.output)"), "\(below.errors)")
  }
}
