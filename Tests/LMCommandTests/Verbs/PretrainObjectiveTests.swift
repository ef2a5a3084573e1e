import LMFormats
import LMRuntime
import LMTestSupport
import Testing

/// `lm pretrain` with objectives other than the next token.
@Suite struct PretrainObjectiveTests {
  private let temporary = TemporaryDirectory()

  private func arguments(_ name: String, _ more: [String]) throws -> [String] {
    let path = temporary("text.txt")
    if FileSystem.kind(of: path) == nil { try temporary.write("text.txt", SampleRun.text) }
    return [
      "pretrain", "--layers=1", "--heads=2", "--width=16", "--hidden=24", "--context=16", "--batch-size=4",
      "--steps=20", "--save-every=10", "--steps-per-eval=10", "--warmup-steps=5", "--precision=fp32",
      "--dropout=0.1", "--vocab-size=120", "--quiet", "--data", path, "--out=\(temporary(name))",
    ] + more
  }

  private func digest(_ name: String) throws -> SHA256Digest {
    try SHA256Digest(ofFile: "\(temporary(name))/model.safetensors")
  }

  private func config(_ name: String) throws -> JSONField {
    let path = "\(temporary(name))/config.json"
    return JSONField(try JSON.read(path), in: path)
  }

  @Test(arguments: [
    ["--family=bert", "--nsp", "--whole-word"], ["--family=distilbert", "--mask-probability=0.3"],
    ["--objective=prefix", "--tokenizer=bytes"],
  ])
  func `a run that is resumed ends with the same bits`(options: [String]) throws {
    let whole = try LM.run(arguments("whole", options))
    #expect(whole.exitCode == 0 && whole.errors.isEmpty, "\(whole.errors)")
    let step = "\(temporary("whole"))/training/step-10"
    let resumed = try LM.run(arguments("resumed", options + ["--resume", step]))
    #expect(resumed.exitCode == 0 && resumed.errors.isEmpty, "\(resumed.errors)")
    #expect(try digest("whole") == digest("resumed"))
    let other = try LM.run(
      arguments(
        "other",
        options + [
          "--resume", step, options[0] == "--objective=prefix" ? "--objective=clm" : "--mask-probability=0.2",
        ]))
    #expect(other.isRefused(2, saying: "belongs to another run"), "\(other.errors)")
    let log = String(
      decoding: try TemporaryDirectory.bytes(of: "\(temporary("whole"))/metrics.jsonl"), as: UTF8.self)
    #expect(log.contains("validation_sentence_accuracy") == options.contains("--nsp"))
    #expect(log.contains("validation_accuracy"))
    let classes = ["--family=bert": "BertForPreTraining", "--family=distilbert": "DistilBertForMaskedLM"]
    let name = try config("whole")["architectures"].array().first?.string()
    #expect(name == classes[options[0]] ?? "LMTransformer")
  }

  @Test(arguments: [
    (["--family=bert", "--objective=clm"], "--objective"), (["--objective=mlm"], "--objective"),
    (["--family=distilbert", "--nsp"], "--nsp"), (["--nsp"], "--nsp"),
    (["--family=bert", "--mask-probability=1"], "--mask-probability"),
    (["--family=bert", "--nsp", "--context=4"], "--context"),
  ])
  func `what does not fit together is refused`(options: [String], part: String) throws {
    let outcome = try LM.run(arguments("refused", options))
    #expect(outcome.isRefused(64, saying: part), "\(outcome.exitCode): \(outcome.errors)")
    let bytes = try LM.run(arguments("refused", ["--family=bert", "--tokenizer=bytes"]))
    #expect(bytes.isRefused(2, saying: "[MASK]"), "\(bytes.errors)")
    #expect(FileSystem.kind(of: temporary("refused")) == nil)
  }
}
