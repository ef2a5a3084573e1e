import LMAttention
import LMRuntime
import LMTensor
import LMTransformer

/// Generates ids with one model: computes the prompt in one pass, then one token after the other.
///
///     let generator = Generator(model, precision: .float32)
///     let result = try generator.generate(prompt, .greedy, maximumTokens: 64, stopIDs: [eos]) { id in
///       show(id)
///       return true
///     }
///
/// One generation at a time; the memory of its caches is kept for the next.
public final class Generator {
  /// The model.
  public let model: Transformer
  /// Type of activations and caches.
  public let precision: DType
  private var caches: [KeyValueCache] = []

  /// A generator that holds no cache yet.
  public init(_ model: Transformer, precision: DType) {
    self.model = model
    self.precision = precision
  }

  /// Continues `prompt`.
  /// - Parameters:
  ///   - prompt: Ids in 0 ..< V, at least one.
  ///   - settings: How tokens are chosen.
  ///   - maximumTokens: At most this many are generated; with 0 the prompt is computed only.
  ///   - stopIDs: Tokens that end the text; they are not passed on.
  ///   - onToken: Gets each token as soon as it is chosen; false ends the generation after it.
  /// - Throws: ``LMError`` of kind `usage` where the prompt is empty or, with `maximumTokens`, longer than
  ///   the context, or a setting is out of range; of kind `badData` where an id is unknown or scores are NaN.
  /// - Complexity: one pass over the weights per token, and attention over all tokens before it. Caches take
  ///   2 · L · G · d numbers per token of prompt and answer.
  public func generate(
    _ prompt: [Int32], _ settings: SamplingSettings, maximumTokens: Int, stopIDs: Set<Int32> = [],
    onToken: (Int32) -> Bool = { _ in true }
  ) throws(LMError) -> GenerationResult {
    try check(prompt, maximumTokens)
    var sampler = try Sampler(settings)
    var statistics = GenerationStatistics()
    let start = ContinuousClock.now
    prepareCaches(prompt.count + maximumTokens)
    var logits = model.lastLogits(
      prompt, ForwardContext(tokens: prompt.count, caches: caches, precision: precision))
    let promptEnd = ContinuousClock.now
    var history = prompt
    var reason = GenerationResult.StopReason.maximumTokens
    while history.count - prompt.count < maximumTokens {
      let id = try withExtendedLifetime(logits) { () throws(LMError) in
        try sampler.next(after: history, logits.floats)
      }
      if history.count == prompt.count { statistics.timeToFirstToken = start.secondsUntilNow }
      if stopIDs.contains(id) {
        reason = .stopToken(id)
        break
      }
      history.append(id)
      guard onToken(id) else {
        reason = .cancelled
        break
      }
      guard history.count - prompt.count < maximumTokens else { break }
      logits = model.lastLogits([id], ForwardContext(tokens: 1, caches: caches, precision: precision))
      statistics.steps += 1
    }
    statistics.promptTokens = prompt.count
    statistics.promptSeconds = (promptEnd - start).seconds
    statistics.generatedTokens = history.count - prompt.count
    statistics.generationSeconds = promptEnd.secondsUntilNow
    return GenerationResult(ids: Array(history[prompt.count...]), stopReason: reason, statistics: statistics)
  }

  /// Empties the caches and makes sure that `tokens` fit.
  private func prepareCaches(_ tokens: Int) {
    if let capacity = caches.first?.capacity, capacity >= tokens {
      for cache in caches { cache.truncate(to: 0) }
    } else {
      caches = model.makeCaches(capacity: tokens, dtype: precision)
    }
  }

  private func check(_ prompt: [Int32], _ maximumTokens: Int) throws(LMError) {
    let (context, vocabularySize) = (model.configuration.contextLength, model.configuration.vocabularySize)
    guard model.configuration.isCausal else {
      throw LMError(
        .usage, at: "the model", "is an encoder, which does not continue texts",
        remedy: "use a model such as Llama or GPT-2")
    }
    guard !prompt.isEmpty else {
      throw LMError(.usage, at: "the prompt", "has no tokens", remedy: "give some text with --prompt")
    }
    guard maximumTokens >= 0 else {
      throw LMError(.usage, at: "--max-tokens", "is \(maximumTokens)", remedy: "use a whole number from 0")
    }
    if let position = prompt.firstIndex(where: { $0 < 0 || $0 >= vocabularySize }) {
      throw LMError(
        at: "the prompt, token \(position)",
        "has the id \(prompt[position]), which is not in the model's vocabulary of \(vocabularySize)",
        remedy: "use the tokenizer that the model was trained with")
    }
    guard prompt.count < context else {
      throw LMError(
        .usage, at: "the prompt", "has \(prompt.count) tokens, and the model's context is \(context)",
        remedy: "shorten the prompt to fewer than \(context) tokens")
    }
    guard maximumTokens <= context - prompt.count else {
      throw LMError(
        .usage, at: "--max-tokens",
        "\(prompt.count) tokens of the prompt and \(maximumTokens) more exceed the model's context of \(context)",
        remedy: "ask for at most \(context - prompt.count) tokens, or shorten the prompt")
    }
  }
}

extension ContinuousClock.Instant {
  fileprivate var secondsUntilNow: Double { (ContinuousClock.now - self).seconds }
}

extension Duration {
  /// The duration in seconds.
  fileprivate var seconds: Double { self / .seconds(1) }
}
