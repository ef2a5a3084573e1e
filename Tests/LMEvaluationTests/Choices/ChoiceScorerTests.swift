import LMEvaluation
import LMRuntime
import LMTestSupport
import LMTokenizer
import LMTransformer
import Testing

@Suite struct ChoiceScorerTests {
  private let model = SampleModel.make(SampleModel.configuration(259))
  private var scorer: ChoiceScorer { ChoiceScorer(model, Tokenizer.bytes(), precision: .float32) }

  private func question(_ prompt: String, _ choices: [String], answer: Int = 0) -> ChoiceQuestion {
    ChoiceQuestion(prompt: prompt, choices: choices, answer: answer)
  }

  @Test func `scores are those of prompt and answer in one pass`() throws {
    let begin = try #require(Tokenizer.bytes().bosID)
    for (prompt, choices) in [
      ("2 + 2 =", ["4", "five", "a fish"]), ("Who? ", ["Mia", "the fox"]), ("", ["yes", "no"]),
      ("x", [" y", "\nz"]),
    ] {
      let encoded = try scorer.encoded(question(prompt, choices))
      let sums = try scorer.logProbabilities(question(prompt, choices))
      for (index, choice) in choices.enumerated() {
        let joined = prompt.isEmpty || choice.first?.isWhitespace ?? false || prompt.hasSuffix(" ") ? "" : " "
        let ids = [begin] + (prompt + joined + choice).utf8.map { Int32($0) }
        #expect(encoded.prompt + encoded.choices[index] == ids, "\(prompt)|\(choice)")
        let losses = SampleModel.losses(model, ids).suffix(encoded.choices[index].count)
        #expect(abs(sums[index] + losses.reduce(0, +)) < 1e-4, "\(prompt)|\(choice)")
      }
    }
  }

  @Test func `the space before an answer is the answer's`() throws {
    #expect(
      try scorer.encoded(question("Who? ", ["Mia"] + ["x"])).choices
        == [" Mia", " x"].map { $0.utf8.map { Int32($0) } })
    #expect(try scorer.encoded(question("Who?", ["Mia", "x"])).choices[0] == " Mia".utf8.map { Int32($0) })
  }

  /// A context of 24, an answer of 5 of which 4 are read: 20 are left for the prompt.
  @Test func `a long prompt loses its beginning, a long answer is refused`() throws {
    let encoded = try scorer.encoded(question(String(repeating: "ab", count: 40), ["1234", "5"]))
    #expect(encoded.prompt.count == 20 && encoded.prompt[0] == Tokenizer.bytes().bosID)
    _ = try scorer.logProbabilities(question(String(repeating: "ab", count: 40), ["1234", "5"]))
    #expect { try scorer.encoded(question("ab", [String(repeating: "c", count: 30), "5"])) } throws: {
      "\($0)".contains("shorten the answers")
    }
  }

  @Test func `accuracy counts the likeliest, per byte too`() throws {
    var accuracy = ChoiceAccuracy()
    accuracy.add(question("", ["ab", "abcdefgh"], answer: 1), [-2, -4])
    accuracy.add(question("", ["ab", "abcd"], answer: 0), [-1, -1])
    #expect(accuracy.plain.value == 0.5 && accuracy.normalized.value == 0.5)
    // Of equal scores the first: right in the second question; per byte −0.25 beats −0.5.
    accuracy.add(question("", ["ab", "abcd"], answer: 1), [-1, -1])
    #expect(accuracy.plain.value == 1 / 3.0 && accuracy.normalized.value == 2 / 3.0)
    // √(2/3 · 1/3 · 3/2 / 3)
    #expect(abs(accuracy.plain.standardError - 1 / 3.0) < 1e-12)
  }

  @Test func `questions by index and by letter`() throws {
    let temporary = TemporaryDirectory()
    let path = try temporary.write(
      "q.jsonl",
      Array(
        #"""
        {"question": "a", "choices": ["x", "y"], "answer": 1}

        {"prompt": "b", "choices": ["x", "y", "z"], "answer": "c", "other": 5}
        """#.utf8))
    let questions = try ChoiceQuestion.read(path)
    #expect(questions == [question("a", ["x", "y"], answer: 1), question("b", ["x", "y", "z"], answer: 2)])
  }

  @Test(
    arguments: [
      (#"{"question": "a", "choices": ["x", "y"], "answer": 2}"#, "line 2: \"answer\" is the integer 2"),
      (#"{"question": "a", "choices": ["x", "y"], "answer": "C"}"#, "first 2 letters"),
      (#"{"question": "a", "choices": ["x", "y"], "answer": "AB"}"#, "first 2 letters"),
      (#"{"question": "a", "choices": ["x"], "answer": 0}"#, "has 1 choices"),
      (#"{"question": "a", "choices": ["x", ""], "answer": 0}"#, "\"choices[1]\" is empty"),
      (#"{"choices": ["x", "y"], "answer": 0}"#, "\"prompt\" is missing"),
      (#"{"question": "a", "answer": 0}"#, "\"choices\" is missing"), ("[1]", "is no JSON object"),
      (#"{"question": "a""#, "line 2"),
    ])
  func `what is no question is refused with its line`(line: String, part: String) throws {
    let temporary = TemporaryDirectory()
    let path = try temporary.write(
      "q.jsonl", Array((#"{"prompt": "b", "choices": ["x", "y"], "answer": "A"}"# + "\n" + line + "\n").utf8))
    #expect { try ChoiceQuestion.read(path) } throws: { "\($0)".contains("line 2") && "\($0)".contains(part) }
    try temporary.write("q.jsonl", Array("\n \n".utf8))
    #expect { try ChoiceQuestion.read(path) } throws: { "\($0)".contains("is empty") }
  }
}
