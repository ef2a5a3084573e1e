import LMRuntime

/// How a text is cut into pre-tokens before merges: the published patterns, each with a splitter by hand.
public enum SplitPattern: String, Sendable, CaseIterable {
  /// GPT-2, r50k, p50k: contractions in lower case; only U+0020 joins the word after it.
  case gpt2
  /// GPT-3.5 and GPT-4: any character but letters, numbers and line breaks joins the word after it.
  case cl100k
  /// GPT-4o: as cl100k, with a cut before capitals inside words and contractions kept on the word.
  case o200k
  /// Llama 3: the same grammar as ``cl100k``.
  case llama3
  /// Qwen 2 and 3: as ``cl100k`` with every digit alone.
  case qwen2

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let digitless = #"[^\r\n\p{L}\p{N}]?\p{L}+"#
  private static let tail = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// The regular expression that this pattern stands for, in the syntax of tokenizer.json.
  public var regex: String {
    switch self {
    case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .cl100k, .llama3:
      Self.contractions + "|" + Self.digitless + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + Self.tail
    case .qwen2:
      Self.contractions + "|" + Self.digitless + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + Self.tail
    case .o200k:
      #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
        + Self.contractions + "?"
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
        + Self.contractions + "?"
        + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + Self.tail
    }
  }

  /// The pattern that a regular expression stands for, nil where it is none of ours.
  ///
  /// Spellings of one pattern that occur in published files are known too.
  public init?(regex: String) {
    let llama = SplitPattern.llama3.regex
    let tiktokenGPT2 = #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    let known: [(String, SplitPattern)] =
      [(llama, .llama3), (tiktokenGPT2, .gpt2)] + SplitPattern.allCases.map { ($0.regex, $0) }
    guard let match = known.first(where: { KeyIndex.sameBytes($0.0, regex) }) else { return nil }
    self = match.1
  }
}
