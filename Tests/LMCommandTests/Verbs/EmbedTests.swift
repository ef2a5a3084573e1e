import LMRuntime
import LMTestSupport
import Testing

@Suite struct EmbedTests {
  private let temporary = TemporaryDirectory()

  private func embed(_ arguments: [String], input: String = "") throws -> LM.Outcome {
    try LM.run(
      ["embed", "--quiet", "--model", try SampleRun.finished().output] + arguments, input: Array(input.utf8))
  }

  private func vectors(_ outcome: LM.Outcome) throws -> [[Float]] {
    try #require(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { line in
      let field = JSONField(try JSON.parse(String(line), from: "stdout"), in: "stdout")
      return try field["embedding"].array().map { Float(try $0.double()) }
    }
  }

  private let lines = "the fox\n\nMia sang\nthe small hill and the fox\n"

  @Test func `a vector of length 1 for each line, in order`() throws {
    let all = try vectors(try embed(["--input", "-"], input: lines))
    #expect(all.count == 4 && all.allSatisfy { $0.count == 16 })
    #expect(all.allSatisfy { abs($0.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5 })
    let path = try temporary.write(
      "t.jsonl", Array("{\"body\": \"Mia sang\", \"id\": 3}\n{\"body\": \"the fox\"}\n".utf8))
    let named = try vectors(try embed(["--input", path, "--field", "body"]))
    #expect(relativeError(named[0].map(Double.init), all[2].map(Double.init)) < 1e-5)
    #expect(relativeError(named[1].map(Double.init), all[0].map(Double.init)) < 1e-5)
    let last = try vectors(try embed(["--input", "-", "--pooling=last", "--no-normalize"], input: lines))
    #expect(last[0] != all[0] && abs(last[0].reduce(0) { $0 + $1 * $1 } - 1) > 1e-3)
  }

  @Test func `npy files hold what is printed`() throws {
    let printed = try vectors(try embed(["--input", "-"], input: lines))
    let path = temporary("v.npy")
    #expect(try embed(["--input", "-", "--out", path], input: lines).exitCode == 0)
    let bytes = try TemporaryDirectory.bytes(of: path)
    #expect(bytes.count == 128 + 4 * 4 * 16)
    #expect(String(decoding: bytes[10..<100], as: UTF8.self).contains("'shape': (4, 16), "))
    let values = bytes.withUnsafeBytes { raw in
      (0..<64).map { raw.loadUnaligned(fromByteOffset: 128 + 4 * $0, as: Float.self) }
    }
    #expect(values == printed.flatMap { $0 })
    #expect(try embed(["--input", "-", "--out", temporary("v.jsonl")], input: lines).exitCode == 0)
    #expect(
      try String(decoding: TemporaryDirectory.bytes(of: temporary("v.jsonl")), as: UTF8.self)
        == embed(["--input", "-"], input: lines).output)
  }

  @Test(
    arguments: [
      (["--input", "-"], "", 2, "stdin: is empty"), (["--input", "none.txt"], "", 2, "none.txt"),
      (["--input", "-", "--field=text"], "{\"text\": \"a\"}\n{\"b\": 1}\n", 2, "stdin, line 2"),
      (["--input", "-", "--pooling=max"], "a", 64, "--pooling"),
      (["--input", "-", "--max-length=0"], "a", 64, "--max-length"),
      ([], "a", 64, "--input"),
    ] as [([String], String, Int32, String)])
  func `what cannot be embedded is refused in one line`(
    arguments: [String], input: String, code: Int32, part: String
  ) throws {
    let outcome = try embed(arguments, input: input)
    #expect(outcome.isRefused(code, saying: part), "\(outcome.exitCode): \(outcome.errors)\(outcome.output)")
  }
}
