import LMData
import Testing

@Suite struct EvaluationBatchesTests {
  @Test(arguments: [
    (0, 8, 2), (1, 8, 2), (8, 8, 2), (9, 8, 2), (16, 8, 2), (17, 8, 2), (33, 8, 3), (1000, 7, 32),
  ])
  func `windows lie side by side`(count: Int, tokens: Int, sequences: Int) {
    let batches = EvaluationBatches(numbered(count), sequences: sequences, tokens: tokens)
    let windows = max(0, count - 1) / tokens
    #expect(batches.windowCount == windows)
    #expect(batches.map(\.sequences).reduce(0, +) == windows)
    #expect(batches.dropLast().allSatisfy { $0.sequences == sequences })
    #expect(batches.flatMap(\.ids) == (0..<Int32(windows * tokens)).map { $0 })
    #expect(batches.flatMap(\.targets) == (0..<Int32(windows * tokens)).map { $0 + 1 })
    #expect(batches.allSatisfy { $0.tokens == tokens && $0.ids.count == $0.sequences * tokens })
  }
}
