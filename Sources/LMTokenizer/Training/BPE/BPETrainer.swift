import LMRuntime

/// Learns a byte-level BPE tokenizer: the same vocabulary, merges and ids as `BpeTrainer` of Hugging Face's
/// tokenizers with `initial_alphabet=ByteLevel.alphabet()`.
///
///     var counts = WordCounts(pattern: .gpt2)
///     try counts.add(TextFiles(["corpus.txt"]))
///     let tokenizer = try BPETrainer(vocabularySize: 8192).train(counts)
///
/// Ids: special tokens, then the 256 bytes in the order of their characters in the byte-level alphabet, then
/// one token for each merge. The pair that occurs most often goes first; of equals the one with the smallest
/// ids.
public struct BPETrainer: Sendable {
  /// Number of ids of the trained tokenizer, unless the corpus runs out of pairs before.
  public var vocabularySize: Int
  /// How often a pair must occur to be merged; 0 as by default in Hugging Face's trainer means at least once.
  public var minimumFrequency: Int
  /// Special tokens in the order of their ids, from 0 on; repeated ones count once.
  public var specialTokens: [String]

  /// A trainer for `vocabularySize` ids (256 and the special tokens at least).
  public init(
    vocabularySize: Int = 8192, minimumFrequency: Int = 0,
    specialTokens: [String] = Tokenizer.standardSpecialTokens
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
  }

  /// Trains on counted words. The tokenizer normalizes and splits text as the words were.
  /// - Parameters:
  ///   - words: The corpus.
  ///   - progress: Called after every merge on the calling thread.
  /// - Throws: ``LMError`` where the vocabulary has no room for bytes and special tokens, or the distinct words
  ///   have more than 2³⁰ bytes.
  /// - Complexity: about O(n + p log p) for n bytes of distinct words and p pairs.
  public func train(
    _ words: borrowing WordCounts, progress: ((MergeProgress) -> Void)? = nil
  ) throws(LMError) -> Tokenizer {
    let specials = try SpecialTokens.checked(specialTokens)
    let minimum = 256 + specials.count
    guard (minimum...SpecialTokens.vocabularyLimit).contains(vocabularySize) else {
      throw LMError(
        .usage, at: "vocabulary size",
        "is \(vocabularySize), expected \(minimum) to \(SpecialTokens.vocabularyLimit)",
        remedy: "256 bytes and \(specials.count) special tokens need an id each")
    }
    var vocabulary = Vocabulary(reserving: vocabularySize)
    for name in specials { vocabulary.append(name.utf8, isLiteral: true) }
    for byte in ByteLevelAlphabet.bytesInOrder { vocabulary.append(CollectionOfOne(byte)) }
    let byteTokens = (0...255).map { vocabulary.id(of: [UInt8($0)]) ?? 0 }
    let rows = try SymbolRows(words) { word, output in
      for byte in word { output.append(byteTokens[Int(byte)]) }
    }
    // Text must never merge into a special token.
    let reserved = Set(specials.map { Array($0.utf8) })
    let merges = MergeLearner.learned(
      rows, &vocabulary, size: vocabularySize, minimumCount: minimumFrequency,
      join: { left, right, vocabulary in
        let bytes = Array(vocabulary[Int(left)] + vocabulary[Int(right)])
        return reserved.contains(bytes) ? nil : bytes
      }, progress)
    let model = BPEModel(
      vocabulary: vocabulary, modelCount: vocabulary.count, byteTokens: byteTokens,
      merges: vocabulary.count == minimum + merges.count ? merges : Self.lastOfEach(merges))
    let added = specials.enumerated().map { AddedToken($1, id: Int32($0)) }
    let splitter = words.splitter as? TokenizerSplitter
    return Tokenizer(
      model: model, pattern: words.pattern ?? splitter?.pattern, addedTokens: added,
      normalizer: splitter?.normalizer ?? .none)
  }

  /// A pair may be merged twice where a token comes about in two ways; only its last rank counts, as in
  /// Hugging Face's map of merges.
  private static func lastOfEach(_ merges: [BPEModel.Merge]) -> [BPEModel.Merge] {
    var seen: Set<UInt64> = []
    let kept = merges.reversed().filter { seen.insert(PairCounts.key($0.left, $0.right)).inserted }
    return kept.reversed()
  }
}
