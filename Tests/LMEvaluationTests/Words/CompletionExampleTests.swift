import LMEvaluation
import LMRuntime
import LMTestSupport
import Testing

@Suite struct CompletionExampleTests {
  private let temporary = TemporaryDirectory()

  @Test func `one version or several`() throws {
    let path = try temporary.write(
      "p.jsonl",
      Array("{\"prompt\":\"a\",\"completion\":\"b\"}\n\n{\"prompt\":\"\",\"completion\":[\"c\",\"\"]}".utf8))
    let examples = try CompletionExample.read(path)
    #expect(examples.map(\.prompt) == ["a", ""] && examples.map(\.completions) == [["b"], ["c", ""]])
    #expect(examples[1].place == "\(path), example 2")
  }

  @Test(
    arguments: [
      (#"{"prompt": "a"}"#, "\"completion\" is missing"), (#"{"completion": "a"}"#, "\"prompt\" is missing"),
      (#"{"prompt": "a", "completion": []}"#, "\"completion\" is empty"),
      (#"{"prompt": "a", "completion": ["b", 1]}"#, "completion[1]"),
      (#"{"prompt": 1, "completion": "a"}"#, "line 1"),
    ])
  func `what is no example is refused with its line`(line: String, part: String) throws {
    let path = try temporary.write("p.jsonl", Array(line.utf8))
    #expect { try CompletionExample.read(path) } throws: {
      "\($0)".contains("line 1") && "\($0)".contains(part)
    }
  }
}
