import LMRuntime

/// A prompt, and what should follow it.
public struct CompletionExample: Sendable, Equatable {
  /// What the model is given.
  public let prompt: String
  /// What it should write, in one version or several.
  public let completions: [String]
  /// What errors call it.
  public let place: String

  /// Reads `{"prompt": …, "completion": a text or an array of texts}` from each line of a file.
  /// - Throws: ``LMError`` with the line that is wrong.
  public static func read(_ path: String) throws(LMError) -> [CompletionExample] {
    var examples: [CompletionExample] = []
    for record in try JSONRecords.read(path) {
      let completion = try record["completion"]
      var texts: [String] = []
      if case .array = completion.value {
        for field in try completion.array() { texts.append(try field.string()) }
      } else {
        texts.append(try completion.string())
      }
      guard !texts.isEmpty else { throw completion.failure("is empty", remedy: "give at least one text") }
      examples.append(
        CompletionExample(
          prompt: try record["prompt"].string(), completions: texts,
          place: "\(path), example \(examples.count + 1)"))
    }
    return examples
  }
}
