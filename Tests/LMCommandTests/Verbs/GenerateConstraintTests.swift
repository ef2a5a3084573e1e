import LMRuntime
import LMTestSupport
import Testing

@Suite struct GenerateConstraintTests {
  private let temporary = TemporaryDirectory()

  private func generate(_ arguments: [String]) throws -> LM.Outcome {
    try LM.run(["generate", "--model", try SampleRun.finished().output, "-n", "8", "-p", "the"] + arguments)
  }

  @Test func `the text follows the grammar`() throws {
    try temporary.write("g.gbnf", Array("root ::= \"x\" [yz]{2}\n".utf8))
    for seed in 0..<3 {
      let flags = [["--grammar", "root ::= \"x\" [yz]{2}"], ["--grammar-file", temporary("g.gbnf")]]
      for flag in flags {
        let outcome = try generate(flag + ["--seed", "\(seed)"])
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(
          ["thexyy\n", "thexyz\n", "thexzy\n", "thexzz\n"].contains(outcome.output), "\(outcome.output)")
      }
    }
  }

  @Test func `the text is a document of the schema`() throws {
    let schema =
      #"{"type": "array", "items": {"type": "integer", "minimum": 4, "maximum": 6}, "maxItems": 1, "minItems": 1}"#
    try temporary.write("s.json", Array(schema.utf8))
    for argument in [schema, temporary("s.json")] {
      let outcome = try generate(["-j", argument, "--temp", "0"])
      let value = try JSON.parse(String(outcome.output.dropFirst(3).dropLast()), from: "stdout")
      #expect([[4], [5], [6]].contains(value), "\(outcome.output)")
    }
  }

  @Test(
    arguments: [
      (["--grammar", "root ::= ["], 2, "--grammar, line 1, column 10"),
      (["--grammar-file", "/nowhere.gbnf"], 2, "/nowhere.gbnf"), (["-j", "{"], 2, "--json-schema"),
      (["-j", "{}", "--grammar", "root ::= \"a\""], 64, "--grammar"),
      (["-j", #"{"not": {}}"#], 2, "\"not\" is not supported"), (["--samplers", "x"], 64, "--samplers"),
      (["--mirostat", "1"], 64, "--mirostat"), (["-l", "5"], 64, "--logit-bias"),
      (["-l", "99999999+1"], 64, "--logit-bias"), (["--typical", "2"], 64, "--typical"),
    ] as [([String], Int32, String)])
  func `what is wrong is refused`(arguments: [String], code: Int32, part: String) throws {
    let outcome = try generate(arguments)
    #expect(outcome.isRefused(code, saying: part), "\(outcome.exitCode): \(outcome.errors)\(outcome.output)")
  }

  @Test func `every sampler can be asked for`() throws {
    let flags = [
      "--typical 0.9", "--top-nsigma 1", "--xtc-probability 1 --xtc-threshold 0.01",
      "--mirostat 2 --mirostat-ent 3",
      "--dry-multiplier 0.8 --dry-sequence-breaker none", "--dynatemp-range 0.5 --dynatemp-exp 2",
      "--presence-penalty 1 --frequency-penalty 0.5", "-l 101-inf -l 32+2", "--samplers top_k;temperature",
    ]
    for flag in flags {
      let outcome = try generate(flag.split(separator: " ").map(String.init))
      #expect(outcome.exitCode == 0 && outcome.output.hasPrefix("the"), "\(flag): \(outcome.errors)")
    }
  }
}
