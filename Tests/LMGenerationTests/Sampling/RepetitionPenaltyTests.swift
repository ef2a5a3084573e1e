import LMGeneration
import Testing

@Suite struct RepetitionPenaltyTests {
  private func apply(_ penalty: Float, window: Int, history: [Int32]) -> [Float] {
    var logits: [Float] = [2, -2, 0, 4]
    logits.withUnsafeMutableBufferPointer {
      RepetitionPenalty(penalty, window: window).apply(to: $0, history: history)
    }
    return logits
  }

  @Test func `positive scores are divided, others multiplied, once per token`() {
    #expect(apply(2, window: 64, history: [0, 1, 2, 0, 0]) == [1, -4, 0, 4])
    #expect(apply(0.5, window: 64, history: [0, 1]) == [4, -1, 0, 4])
  }

  @Test func `frequency counts every time, presence once, behind the repetition`() {
    var logits: [Float] = [2, -2, 0, 4]
    logits.withUnsafeMutableBufferPointer {
      RepetitionPenalty(2, window: 64, frequency: 0.5, presence: 3).apply(to: $0, history: [0, 1, 0, 2, 0])
    }
    #expect(logits == [-3.5, -7.5, -3.5, 4])
  }

  @Test func `only the window counts`() {
    #expect(apply(2, window: 2, history: [0, 1, 3]) == [2, -4, 0, 2])
    #expect(apply(2, window: 0, history: [0, 1, 3]) == [2, -2, 0, 4])
    #expect(apply(2, window: -1, history: [0, 1, 3]) == [1, -4, 0, 2])
  }

  @Test func `a penalty of 1, no history and unknown ids change nothing`() {
    #expect(apply(1, window: 64, history: [0, 1]) == [2, -2, 0, 4])
    #expect(apply(2, window: 64, history: []) == [2, -2, 0, 4])
    #expect(apply(2, window: 64, history: [-1, 4]) == [2, -2, 0, 4])
  }
}
