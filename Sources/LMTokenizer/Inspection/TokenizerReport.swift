import LMRuntime

/// How well a tokenizer fits a text.
public struct TokenizerReport: Sendable, Equatable {
  /// Number of ids of the tokenizer.
  public let vocabularySize: Int
  /// Bytes of the text.
  public let byteCount: Int
  /// Tokens of the text, without special tokens around it.
  public let tokenCount: Int
  /// Words of the text: runs without white space.
  public let wordCount: Int
  /// Ids that do not occur in the text.
  public let unusedCount: Int
  /// Length in bytes of the longest token that occurs.
  public let longestUsedToken: Int

  /// Bytes for each token: higher is shorter sequences.
  public var bytesPerToken: Double { tokenCount == 0 ? 0 : Double(byteCount) / Double(tokenCount) }
  /// Tokens for each word, called fertility: 1 would be a token for every word.
  public var fertility: Double { wordCount == 0 ? 0 : Double(tokenCount) / Double(wordCount) }
}

extension Tokenizer {
  /// Measures the tokenizer on a text.
  /// - Throws: ``LMError`` where the text cannot be encoded.
  /// - Complexity: that of encoding.
  public func report(
    on text: UnsafeBufferPointer<UInt8>, threads: ThreadPool? = nil
  ) throws(LMError) -> TokenizerReport {
    let ids = try encode(bytes: text, addSpecialTokens: false, threads: threads)
    var isUsed = Array(repeating: false, count: vocabularySize)
    for id in ids { isUsed[Int(id)] = true }
    let longest = isUsed.indices.lazy.filter { isUsed[$0] }.map { self.model.vocabulary.length($0) }.max()
    return TokenizerReport(
      vocabularySize: vocabularySize, byteCount: text.count, tokenCount: ids.count,
      wordCount: TextCursor(text).wordCount, unusedCount: isUsed.lazy.filter { !$0 }.count,
      longestUsedToken: longest ?? 0)
  }

  /// Measures the tokenizer on a text given as an array.
  public func report(on text: [UInt8], threads: ThreadPool? = nil) throws(LMError) -> TokenizerReport {
    try text.withUnsafeBufferPointer { buffer throws(LMError) in try report(on: buffer, threads: threads) }
  }
}

extension TextCursor {
  /// Number of runs without white space.
  var wordCount: Int {
    var words = 0
    var isInWord = false
    var index = 0
    while index < count {
      let (classes, length) = classify(index)
      let isSpace = classes & CodePointClass.space.rawValue != 0
      if !isSpace, !isInWord { words += 1 }
      isInWord = !isSpace
      index += length
    }
    return words
  }
}
