import LMAttention
import LMRuntime
import LMTensor
import LMTransformer

/// Generates ids with one model: reads prompts in pieces, then goes on token by token.
///
///     let generator = Generator(model, precision: .float32)
///     let result = try generator.generate(prompt, .greedy, maximumTokens: 64, stopIDs: [eos]) { id in
///       show(id)
///       return true
///     }
///
/// What the model has read last is kept: a prompt that begins with the same tokens goes on from there. The
/// scores are those of a fresh start up to rounding (a token that was generated was read alone, not with
/// others); ``forget()`` makes a generation independent of those before it.
public final class Generator {
  /// The model.
  public let model: Transformer
  /// Type of activations.
  public let precision: DType
  /// How keys and values are stored.
  public let cacheType: CacheType
  /// What happens when a text outgrows the context.
  public var overflow = ContextOverflow.refuse
  /// The text that was read last, from which the next prompt may go on; set it to restore a saved one.
  public var kept: CachedSequence?

  var engine: DecodingEngine

  /// Rows of one pass: a prompt is read in so many tokens at a time, which bounds the memory of activations.
  public var tokensPerPass: Int {
    get { engine.rowsPerPass }
    set { engine.rowsPerPass = max(1, newValue) }
  }

  /// A generator that has read nothing.
  /// - Parameter cacheType: nil stores keys and values in `precision`.
  public init(_ model: Transformer, precision: DType, cacheType: CacheType? = nil) {
    self.model = model
    self.precision = precision
    self.cacheType = cacheType ?? CacheType(precision)
    engine = DecodingEngine(model: model, precision: precision, cacheType: self.cacheType)
  }

  /// Forgets what was read, and frees its memory.
  public func forget() { kept = nil }

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
    let request = GenerationRequest(prompt, settings, maximumTokens: maximumTokens, stopIDs: stopIDs)
    return try generate([request], batchSize: 1) { onToken($1) }[0]
  }

  /// Continues several prompts at a time, of any lengths; a request begins as soon as another has ended.
  ///
  /// Prompts with a common beginning read it once: several samples of one prompt cost one prompt.
  /// - Parameters:
  ///   - requests: What to continue.
  ///   - batchSize: At most this many at a time, at least 1.
  ///   - onToken: Gets the index of the request and each token as soon as it is chosen; false ends that text.
  /// - Returns: The results in the order of the requests.
  /// - Throws: As for one prompt; nothing is computed where one request is faulty.
  public func generate(
    _ requests: [GenerationRequest], batchSize: Int, onToken: (Int, Int32) -> Bool = { _, _ in true }
  ) throws(LMError) -> [GenerationResult] {
    precondition(batchSize > 0, "Generator: a batch of \(batchSize)")
    let start = ContinuousClock.now
    let c = model.configuration
    for request in requests {
      try request.check(c, overflow)
      try request.settings.validate()
    }
    var queue = requests.indices.map { ($0, fitted(requests[$0])) }[...]
    var results = [GenerationResult?](repeating: nil, count: requests.count)
    var active: [GenerationStream] = []
    while !active.isEmpty || !queue.isEmpty {
      var (reading, tokens): ([GenerationStream], [Int32]) = ([], [])
      for stream in active {
        guard stream.reason == nil, let id = try stream.advance(onToken) else { continue }
        reading.append(stream)
        tokens.append(id)
      }
      for stream in active where stream.reason != nil {
        results[stream.index] = stream.result
        kept = stream.sequence
      }
      step(reading, tokens)
      active = reading
      if active.count < batchSize { active += try admit(&queue, batchSize - active.count, active, start) }
    }
    return results.compactMap { $0 }
  }

  /// Lets the streams read the tokens that they chose.
  private func step(_ streams: [GenerationStream], _ tokens: [Int32]) {
    guard !streams.isEmpty else { return }
    if case .shift(let keep) = overflow {
      for stream in streams { engine.shift(stream.sequence, keep: keep) }
    }
    let scores = engine.read(streams.map(\.sequence), tokens.map { [$0] })
    for (stream, row) in zip(streams, scores) { stream.read(row) }
  }

  private func fitted(_ request: GenerationRequest) -> GenerationRequest {
    guard case .shift(let keep) = overflow else { return request }
    var request = request
    request.prompt = ContextOverflow.fitted(
      request.prompt, keep: keep, context: model.configuration.contextLength)
    return request
  }
}
