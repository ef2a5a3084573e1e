import LMRuntime

/// How many questions a model answers rightly when it takes the likeliest answer.
public struct ChoiceAccuracy: Sendable, Equatable {
  /// Right answers, where the one with the highest Σ ln p is taken: `acc`.
  public private(set) var plain = SampleMean()
  /// Right answers, where Σ ln p is divided by the answer's length in bytes first, so that long ones have a
  /// chance: `acc_norm`.
  public private(set) var normalized = SampleMean()

  /// No questions yet.
  public init() {}

  /// Counts a question; of equal scores the first one is taken.
  /// - Parameter logProbabilities: Σ ln p of each answer.
  public mutating func add(_ question: ChoiceQuestion, _ logProbabilities: [Double]) {
    precondition(logProbabilities.count == question.choices.count, "ChoiceAccuracy: one score per answer")
    let perByte = zip(logProbabilities, question.choices).map { $0 / Double($1.utf8.count) }
    plain.add(Self.best(logProbabilities) == question.answer ? 1 : 0)
    normalized.add(Self.best(perByte) == question.answer ? 1 : 0)
  }

  private static func best(_ scores: [Double]) -> Int {
    scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
  }

  /// Asks `scorer` all `questions`.
  /// - Parameter onProgress: gets the number of questions done, and `acc` so far.
  public init(
    _ questions: [ChoiceQuestion], _ scorer: ChoiceScorer, onProgress: (Int, Double) -> Void = { _, _ in }
  ) throws(LMError) {
    for (index, question) in questions.enumerated() {
      add(question, try scorer.logProbabilities(question))
      onProgress(index + 1, plain.value)
    }
  }
}
