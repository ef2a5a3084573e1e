import LMRuntime
import LMTensor

extension Generator {
  /// The most probable continuations of `prompt` that beam search finds, best first.
  ///
  /// Equal to `generate(num_beams=…, length_penalty=…, early_stopping=…)` of transformers. The beams share the
  /// cache of what they have in common.
  /// - Parameters:
  ///   - prompt: Ids in 0 ..< V, at least one.
  ///   - settings: Number of beams, and how their texts are compared.
  ///   - maximumTokens: At most this many are generated.
  ///   - stopIDs: Tokens that end a text; they are not part of the results.
  ///   - goesOn: Asked before every step; false ends the search with what is finished until then.
  /// - Throws: ``LMError`` where the prompt does not fit the context, a setting is out of range, or scores are
  ///   NaN.
  /// - Complexity: one pass over the weights per token, for all beams together.
  public func beamSearch(
    _ prompt: [Int32], _ settings: BeamSettings, maximumTokens: Int, stopIDs: Set<Int32> = [],
    goesOn: () -> Bool = { true }
  ) throws(LMError) -> [BeamResult] {
    let c = model.configuration
    let request = GenerationRequest(prompt, .greedy, maximumTokens: maximumTokens, stopIDs: stopIDs)
    try request.check(c, .refuse)
    try settings.validate(vocabularySize: c.vocabularySize, stops: stopIDs.count)
    guard maximumTokens > 0 else { return [] }
    var queue = [(0, request)][...]
    guard let prompt = try admit(&queue, 1, [], .now).first else { return [] }
    kept = prompt.sequence.fork()
    var search = BeamSearch(settings, maximumTokens: maximumTokens, stopIDs: stopIDs)
    var sequences = (0..<settings.beams).map { $0 == 0 ? prompt.sequence : prompt.sequence.fork() }
    var scores = [Tensor](repeating: prompt.scores, count: settings.beams)
    while true {
      for row in scores where !row.floats.allSatisfy({ $0 < .infinity }) {
        throw LMError(
          at: "the model's scores", "one of them is not a number",
          remedy:
            "the weights are damaged or training diverged: take an earlier checkpoint or --precision fp32")
      }
      withExtendedLifetime(scores) { search.advance(scores.map { UnsafeBufferPointer($0.floats) }) }
      guard !search.isDone, goesOn() else { return search.results }
      sequences = Self.children(search.running.map(\.parent), of: sequences)
      scores = engine.read(sequences, search.running.map { Array($0.ids.suffix(1)) })
    }
  }

  /// For every index its sequence: the first that wants it goes on with it, the others with forks.
  private static func children(_ parents: [Int], of sequences: [CachedSequence]) -> [CachedSequence] {
    var taken: Set<Int> = []
    return parents.map { taken.insert($0).inserted ? sequences[$0] : sequences[$0].fork() }
  }
}
