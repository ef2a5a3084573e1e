import LMRuntime
import LMTensor

/// A request that is being answered: its text so far, its sampler and the scores of what may come next.
final class GenerationStream {
  let index: Int
  let request: GenerationRequest
  /// What the model has read; behind by the last token that was chosen.
  let sequence: CachedSequence
  /// Scores `[V]` after what the model has read.
  var scores = Tensor([0])
  private(set) var reason: GenerationResult.StopReason?

  private var sampler: Sampler
  /// Prompt and generated tokens.
  private var history: [Int32]
  private var statistics = GenerationStatistics()
  private let start: ContinuousClock.Instant
  private var promptEnd: ContinuousClock.Instant

  /// A stream that begins with `sequence`, which holds the first tokens of the prompt already.
  init(
    _ index: Int, _ request: GenerationRequest, _ sequence: CachedSequence, start: ContinuousClock.Instant
  ) throws(LMError) {
    self.index = index
    self.request = request
    self.sequence = sequence
    self.start = start
    promptEnd = start
    history = request.prompt
    sampler = try Sampler(request.settings)
    statistics.promptTokens = request.prompt.count
    statistics.cachedTokens = sequence.ids.count
  }

  /// Tokens of the prompt that the model has not read.
  var unread: [Int32] { Array(request.prompt[sequence.ids.count...]) }

  /// Tokens generated so far.
  private var count: Int { history.count - request.prompt.count }

  /// Notes the scores after the prompt.
  func beginAnswer(_ scores: Tensor, from began: ContinuousClock.Instant) {
    self.scores = scores
    promptEnd = .now
    statistics.promptSeconds = (promptEnd - began).seconds
    if request.maximumTokens == 0 { reason = .maximumTokens }
  }

  /// Chooses the next token and passes it on.
  /// - Returns: The token, if the model shall read it: nil where the text ends here (``reason``).
  func advance(_ onToken: (Int, Int32) -> Bool) throws(LMError) -> Int32? {
    let id = try withExtendedLifetime(scores) { () throws(LMError) in
      try sampler.next(after: history, scores.floats)
    }
    if count == 0 { statistics.timeToFirstToken = (.now - start).seconds }
    if request.stopIDs.contains(id) {
      reason = .stopToken(id)
      return nil
    }
    history.append(id)
    if !onToken(index, id) {
      reason = .cancelled
    } else if count == request.maximumTokens {
      reason = .maximumTokens
    }
    return reason == nil ? id : nil
  }

  /// Notes the scores after a token that the model has read.
  func read(_ scores: Tensor) {
    self.scores = scores
    statistics.steps += 1
  }

  /// What came out; complete once there is a ``reason``.
  var result: GenerationResult {
    var statistics = statistics
    statistics.generatedTokens = count
    statistics.generationSeconds = (.now - promptEnd).seconds
    return GenerationResult(
      ids: Array(history[request.prompt.count...]), stopReason: reason ?? .cancelled, statistics: statistics)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { self / .seconds(1) }
}
