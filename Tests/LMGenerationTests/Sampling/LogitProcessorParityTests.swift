import LMGeneration
import LMRuntime
import LMTestSupport
import Testing

/// Compares with the logits processors of transformers: set `LM_PYTHON` to an interpreter that has it and torch.
@Suite struct LogitProcessorParityTests {
  static let python = Python.interpreter(finding: ["torch", "transformers"])
  private static let script = """
    import json, sys, torch
    from transformers.generation import logits_process as p
    data = json.load(open(sys.argv[1]))
    history = torch.tensor([data["history"]])
    steps = {
      "top_k": p.TopKLogitsWarper(12), "top_p": p.TopPLogitsWarper(0.7), "min_p": p.MinPLogitsWarper(0.1),
      "typ_p": p.TypicalLogitsWarper(0.6), "temperature": p.TemperatureLogitsWarper(1.7),
      "penalties": p.RepetitionPenaltyLogitsProcessor(1.3)}
    out = {name: [torch.softmax(step(history, torch.tensor([row], dtype=torch.float64)), -1)[0].tolist()
                  for row in data["logits"]] for name, step in steps.items()}
    json.dump(out, open(sys.argv[2], "w"))
    """

  private func probabilities(_ logits: [Float], _ history: [Int32], _ name: String) -> [Double] {
    var logits = logits
    if name == "penalties" {
      logits.withUnsafeMutableBufferPointer {
        RepetitionPenalty(1.3, window: -1).apply(to: $0, history: history)
      }
    }
    var scores = TokenScores()
    logits.withUnsafeBufferPointer { scores.keepTopK(name == "top_k" ? 12 : 0, of: $0) }
    switch name {
    case "top_p": scores.keepTopP(0.7)
    case "min_p": scores.keepMinP(0.1)
    case "typ_p": scores.keepTypical(0.6)
    case "temperature": scores.applyTemperature(Double(Float(1.7)))
    default: break
    }
    var result = [Double](repeating: 0, count: logits.count)
    for (candidate, share) in zip(scores.candidates, scores.probabilities()) {
      result[Int(candidate.id)] = share
    }
    return result
  }

  @Test(.enabled(if: python != nil, "no Python with torch and transformers: set LM_PYTHON"))
  func `each step gives the probabilities of transformers`() throws {
    let temporary = TemporaryDirectory()
    let rows = (1...20 as ClosedRange<UInt64>).map { randomLogits(400, seed: $0) }
    let history: [Int32] = [3, 3, 17, 250, 399]
    let input: JSON = [
      "logits": .array(rows.map { .array($0.map { .number(Double($0)) }) }),
      "history": .array(history.map { .integer(Int($0)) }),
    ]
    try input.write(to: temporary("in.json"))
    let python = try #require(Self.python)
    #expect(Python.run(python, ["-c", Self.script, temporary("in.json"), temporary("out.json")]) == 0)
    let output = JSONField(try JSON.read(temporary("out.json")), in: "out.json")
    for name in ["top_k", "top_p", "min_p", "typ_p", "temperature", "penalties"] {
      for (row, expected) in zip(rows, try output[name].array()) {
        let theirs = try expected.array().map { try $0.double() }
        // Our scores are single precision behind the penalty.
        #expect(relativeError(probabilities(row, history, name), theirs) < 1e-6, "\(name)")
      }
    }
  }
}
