import LMGeneration
import LMRuntime
import LMTokenizer

/// A text that was generated.
public struct GeneratedText: Sendable {
  /// Index of the prompt.
  public let prompt: Int
  /// Which of the samples of this prompt.
  public let sample: Int
  /// The text without the prompt.
  public let text: String
  /// Its tokens, and how fast they came.
  public let result: GenerationResult
}

extension LanguageModel {
  /// Continues prompts of any lengths, `batchSize` at a time, and each of them `samples` times with the seeds
  /// that follow each other. Samples share what was read of the prompt.
  /// - Parameters:
  ///   - prompts: The texts to continue.
  ///   - settings: How tokens are chosen.
  ///   - maximumTokens: At most this many tokens each.
  ///   - stopTexts: Texts at which to stop.
  ///   - goesOn: Asked before every token; false ends all texts.
  /// - Returns: The texts, sample by sample, in the order of the prompts.
  /// - Throws: ``LMError`` where a prompt does not fit the context or a setting is out of range.
  public func generate(
    prompts: [String], samples: Int = 1, batchSize: Int, _ settings: SamplingSettings, maximumTokens: Int,
    stopTexts: [String] = [], goesOn: () -> Bool = { true }
  ) throws(LMError) -> [GeneratedText] {
    var requests: [GenerationRequest] = []
    for prompt in prompts {
      let request = GenerationRequest(
        try promptIDs(prompt), settings, maximumTokens: maximumTokens, stopIDs: endIDs)
      requests += request.samples(samples)
    }
    let fresh = try TextStream(tokenizer, stopTexts: stopTexts)
    var streams = [TextStream](repeating: fresh, count: requests.count)
    var failure: LMError?
    let results = try generator.generate(requests, batchSize: batchSize) { index, id in
      do throws(LMError) {
        _ = try streams[index].append(id)
        return !streams[index].isStopped && goesOn()
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    for index in streams.indices { _ = streams[index].finish() }
    return results.indices.map {
      GeneratedText(
        prompt: $0 / samples, sample: $0 % samples, text: streams[$0].text, result: results[$0])
    }
  }

  /// The texts that beam search finds, best first, with their scores; see ``Generator``.
  /// - Throws: ``LMError`` where the prompt does not fit the context or a setting is out of range.
  public func beamSearch(
    _ prompt: String, _ settings: BeamSettings, maximumTokens: Int, stopTexts: [String] = [],
    goesOn: () -> Bool = { true }
  ) throws(LMError) -> [(text: String, result: BeamResult)] {
    let found = try generator.beamSearch(
      try promptIDs(prompt), settings, maximumTokens: maximumTokens, stopIDs: endIDs, goesOn: goesOn)
    var texts: [(String, BeamResult)] = []
    for result in found {
      var stream = try TextStream(tokenizer, stopTexts: stopTexts)
      for id in result.ids where !stream.isStopped { _ = try stream.append(id) }
      _ = stream.finish()
      texts.append((stream.text, result))
    }
    return texts
  }
}
