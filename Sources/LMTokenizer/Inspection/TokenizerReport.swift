import LMRuntime

/// How well a tokenizer fits a text.
public struct TokenizerReport: Sendable, Equatable {
  /// Number of ids of the tokenizer.
  public let vocabularySize: Int
  /// Bytes of the text.
  public let byteCount: Int
  /// Tokens of the text, without special tokens around it.
  public let tokenCount: Int
  /// Words of the text: runs without white space; in scripts that put no spaces between words (Han, Kana, Thai,
  /// Lao, Khmer, Myanmar, Tibetan) every letter is one.
  public let wordCount: Int
  /// Ids that do not occur in the text.
  public let unusedCount: Int
  /// The first of them that are neither special tokens nor single bytes, as a vocabulary file writes them.
  public let unusedExamples: [String]
  /// Length in bytes of the longest token that occurs.
  public let longestUsedToken: Int
  /// The words by language or script, the group of most words first.
  public let groups: [Group]

  /// The words of one language, or of one script where texts were given without language.
  public struct Group: Sendable, Equatable {
    /// The language's name as it was given, or that of the script ("Latin"); "none" for words without letters,
    /// "other" for rarer scripts.
    public let name: String
    /// Number of words.
    public let wordCount: Int
    /// Bytes of the words, each with the space right before it.
    public let byteCount: Int
    /// Tokens of the words, each encoded alone with the space right before it.
    public let tokenCount: Int

    /// Bytes for each token.
    public var bytesPerToken: Double { TokenizerReport.ratio(byteCount, tokenCount) }
    /// Tokens for each word.
    public var fertility: Double { TokenizerReport.ratio(tokenCount, wordCount) }
  }

  /// Bytes for each token: higher is shorter sequences.
  public var bytesPerToken: Double { Self.ratio(byteCount, tokenCount) }
  /// Tokens for each word, called fertility: 1 would be a token for every word.
  public var fertility: Double { Self.ratio(tokenCount, wordCount) }

  private static func ratio(_ numerator: Int, _ denominator: Int) -> Double {
    denominator == 0 ? 0 : Double(numerator) / Double(denominator)
  }
}

extension Tokenizer {
  /// Measures the tokenizer on a text.
  /// - Throws: ``LMError`` where the text cannot be encoded.
  /// - Complexity: that of encoding.
  public func report(
    on text: UnsafeBufferPointer<UInt8>, threads: ThreadPool? = nil
  ) throws(LMError) -> TokenizerReport {
    var inspection = TokenizerInspection(self)
    try inspection.add(text, threads: threads ?? ThreadPool(threads: 1))
    return inspection.report
  }

  /// Measures the tokenizer on a text given as an array.
  public func report(on text: [UInt8], threads: ThreadPool? = nil) throws(LMError) -> TokenizerReport {
    try text.withUnsafeBufferPointer { buffer throws(LMError) in try report(on: buffer, threads: threads) }
  }
}
