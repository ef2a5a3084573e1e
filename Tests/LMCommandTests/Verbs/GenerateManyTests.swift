import LMRuntime
import LMTestSupport
import Testing

/// Several texts, beams, and prompts that are kept in a file.
@Suite struct GenerateManyTests {
  private let temporary = TemporaryDirectory()

  private func generate(_ arguments: [String], model: String? = nil) throws -> LM.Outcome {
    try LM.run(["generate", "--model", try model ?? SampleRun.finished().output, "-n", "6"] + arguments)
  }

  private func objects(_ arguments: [String]) throws -> [JSONField] {
    let outcome = try generate(arguments + ["--json"])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map {
      JSONField(try JSON.parse(String($0), from: "stdout"), in: "stdout")
    }
  }

  @Test func `samples are the single runs with the seeds that follow`() throws {
    let samples = try objects(["-p", "the", "--samples", "3", "--seed", "7"])
    #expect(try samples.map { try $0["sample"].integer() } == [0, 1, 2])
    for (index, sample) in samples.enumerated() {
      let alone = try objects(["-p", "the", "--seed", "\(7 + index)"])[0]
      #expect(try alone["ids"].value == sample["ids"].value)
    }
    #expect(try generate(["-p", "the", "--samples", "3"]).output.hasPrefix("the"))
  }

  @Test func `prompts of a file are continued in their order`() throws {
    let prompts = ["the", "a fox", "三", "Mia who"]
    try temporary.write("prompts.txt", Array((prompts.joined(separator: "\n\n") + "\n").utf8))
    let lines = prompts.map { JSON.object(["prompt": .string($0), "id": 3]).text() }
    try temporary.write("prompts.jsonl", Array(lines.joined(separator: "\n").utf8))
    let alone = try prompts.map { try objects(["-p", $0, "--temp", "0"])[0]["text"].string() }
    for name in ["prompts.txt", "prompts.jsonl"] {
      for batch in ["1", "3"] {
        let all = try objects(["--prompts", temporary(name), "--batch-size", batch, "--temp", "0"])
        #expect(try all.map { try $0["text"].string() } == alone, "\(name) \(batch)")
        #expect(try all.map { try $0["prompt"].string() } == prompts)
      }
    }
  }

  @Test func `beams come best first, one beam is greedy`() throws {
    let found = try objects(["-p", "the", "--beams", "3", "--length-penalty", "0.5"])
    let scores = try found.map { try $0["score"].double() }
    #expect(found.count == 3 && scores == scores.sorted(by: >))
    let best = try generate(["-p", "the", "--beams", "3", "--length-penalty", "0.5"])
    #expect(try best.output == "the" + found[0]["text"].string() + "\n")
  }

  @Test func `a prompt that was kept in a file gives the same text`() throws {
    let file = temporary("prompt.safetensors")
    for (bits, other) in [("32", "8"), ("8", "16")] {
      let arguments = ["-p", "a small fox", "--temp", "0", "-n", "4", "--kv-bits", bits]
      let plain = try objects(arguments)[0]
      let kept = arguments + ["--prompt-cache-file", "\(file)\(bits)"]
      let (first, second) = (try objects(kept)[0], try objects(kept)[0])
      #expect(try first["ids"].value == plain["ids"].value && second["ids"].value == plain["ids"].value)
      #expect(try second["cached_tokens"].integer() == second["prompt_tokens"].integer() - 1)
      // The same beginning is known, the rest is read and kept.
      let longer = try objects(kept + ["-p", "a small hat"])[0]
      #expect(try longer["cached_tokens"].integer() == longer["prompt_tokens"].integer() - 1)
      let wrong = try generate(kept + ["--kv-bits", other])
      #expect(wrong.isRefused(2, saying: "--kv-bits"), "\(wrong.errors)")
    }
  }

  @Test func `a file of another model or a broken one is refused`() throws {
    let arguments = ["-p", "the", "--prompt-cache-file", temporary("p")]
    #expect(try generate(arguments).exitCode == 0)
    let folder = temporary("other")
    try copyFolder(try SampleRun.finished().output, to: folder)
    var weights = try TemporaryDirectory.bytes(of: "\(folder)/model.safetensors")
    weights[weights.count - 3] ^= 1
    try temporary.write("other/model.safetensors", weights)
    let other = try generate(arguments, model: folder)
    #expect(other.isRefused(2, saying: "was made with another model"), "\(other.errors)")

    let bytes = try TemporaryDirectory.bytes(of: temporary("p"))
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    func changed(_ old: String, _ new: String) throws -> [UInt8] {
      let range = try #require(text.firstRange(of: old))
      let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
      var copy = bytes
      copy.replaceSubrange(start..<start + old.utf8.count, with: Array(new.utf8))
      return copy
    }
    let attacks: [[UInt8]] = [
      [], Array(bytes.prefix(bytes.count / 2)), Array(bytes.dropLast()),
      try changed("layers.0.keys", "layers.0.keyz"),
      try changed("lm-prompt-cache-1", "lm-prompt-cache-9"), try changed("\"I32\"", "\"U32\""),
    ]
    for attack in attacks {
      try temporary.write("p", attack)
      let outcome = try generate(arguments)
      #expect(outcome.exitCode == 2 && outcome.output.isEmpty, "\(outcome.errors)")
    }
  }

  @Test(
    arguments: [
      (["--samples=0"], "--samples: is 0"), (["--batch-size=0"], "--batch-size: is 0"),
      (["--beams=0"], "--beams: is 0"), (["--beams=2", "--samples=2"], "--beams"),
      (["--beams=1000"], "--beams: is 1000"), (["--beams=2", "--length-penalty=nan"], "--length-penalty"),
      (["--prompts=x"], "--prompts"), (["--keep=1"], "--keep"), (["--kv-bits=7"], "--kv-bits: is 7"),
      (["--context-shift", "--keep=15"], "--keep: is 15"),
    ] as [([String], String)])
  func `flags that do not go are refused`(arguments: [String], part: String) throws {
    let outcome = try generate(["-p", "the"] + arguments)
    #expect(outcome.isRefused(64, saying: part), "\(outcome.exitCode) \(outcome.errors)")
  }

  @Test func `with a context shift texts go on beyond the context`() throws {
    let long = try objects(["-p", "the", "-n", "60", "--context-shift", "--keep", "3"])[0]
    #expect(try long["tokens"].integer() == 60)
  }
}
