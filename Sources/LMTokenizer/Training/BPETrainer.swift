import LMRuntime

/// Learns a byte-level BPE tokenizer: the same vocabulary, merges and ids as `BpeTrainer` of Hugging Face's
/// tokenizers with `initial_alphabet=ByteLevel.alphabet()`.
///
///     var counts = WordCounts(pattern: .gpt2)
///     counts.add(text)
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

  /// How far training has come.
  public struct Progress: Sendable {
    /// Ids so far.
    public let vocabularySize: Int
    /// Ids wanted.
    public let target: Int
    /// How often the pair that was merged last occurs.
    public let frequency: Int64
  }

  /// A trainer for `vocabularySize` ids (256 and the special tokens at least).
  public init(
    vocabularySize: Int = 8192, minimumFrequency: Int = 0,
    specialTokens: [String] = Tokenizer.standardSpecialTokens
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
  }

  /// Trains on counted words.
  /// - Parameters:
  ///   - words: The corpus.
  ///   - progress: Called after every merge on the calling thread.
  /// - Throws: ``LMError`` where the vocabulary has no room for bytes and special tokens.
  /// - Complexity: about O(m · w + p log p) for m merges of w words each and p pairs.
  public func train(
    _ words: borrowing WordCounts, progress: ((Progress) -> Void)? = nil
  ) throws(LMError) -> Tokenizer {
    let specials = try checkedSpecialTokens()
    var vocabulary = Vocabulary(reserving: vocabularySize)
    for name in specials { vocabulary.append(name.utf8, isLiteral: true) }
    for byte in ByteLevelAlphabet.bytesInOrder { vocabulary.append(CollectionOfOne(byte)) }
    let byteTokens = (0...255).map { vocabulary.id(of: [UInt8($0)]) ?? 0 }
    var learner = MergeLearner(words.table, byteTokens: byteTokens)
    let reserved = Set(specials.map { Array($0.utf8) })
    let merges = learn(&learner, &vocabulary, reserved: reserved, progress)
    let model = BPEModel(
      vocabulary: vocabulary, modelCount: vocabulary.count, byteTokens: byteTokens,
      merges: Self.lastOfEach(merges))
    let added = specials.enumerated().map { AddedToken($1, id: Int32($0)) }
    return Tokenizer(model: model, pattern: words.pattern, addedTokens: added)
  }

  private func learn(
    _ learner: inout MergeLearner, _ vocabulary: inout Vocabulary, reserved: Set<[UInt8]>,
    _ progress: ((Progress) -> Void)?
  ) -> [BPEModel.Merge] {
    var merges: [BPEModel.Merge] = []
    while vocabulary.count < vocabularySize,
      let choice = learner.next(minimumCount: Int64(minimumFrequency))
    {
      let bytes = Array(vocabulary[Int(choice.left)] + vocabulary[Int(choice.right)])
      // Text must never merge into a special token.
      if reserved.contains(bytes) { continue }
      let known = vocabulary.id(of: bytes)
      let id = known ?? Int32(vocabulary.count)
      if known == nil { vocabulary.append(bytes) }
      learner.merge(choice, into: id)
      merges.append(BPEModel.Merge(left: choice.left, right: choice.right, result: id))
      progress?(
        Progress(vocabularySize: vocabulary.count, target: vocabularySize, frequency: choice.count))
    }
    return merges
  }

  private func checkedSpecialTokens() throws(LMError) -> [String] {
    var seen: Set<ContentKey> = []
    let specials = specialTokens.filter { seen.insert(ContentKey($0)).inserted }
    if let bad = specials.first(where: { $0.unicodeScalars.count < 2 }) {
      throw LMError(
        .usage, at: "special token \(JSON.quoted(bad))", "has fewer than two characters",
        remedy: "choose a longer name, such as <|eos|>")
    }
    let minimum = 256 + specials.count
    guard (minimum...1 << 24).contains(vocabularySize) else {
      throw LMError(
        .usage, at: "vocabulary size", "is \(vocabularySize), expected \(minimum) to \(1 << 24)",
        remedy: "256 bytes and \(specials.count) special tokens need an id each")
    }
    return specials
  }

  /// A pair may be merged twice where a token comes about in two ways; only its last rank counts, as in
  /// Hugging Face's map of merges.
  private static func lastOfEach(_ merges: [BPEModel.Merge]) -> [BPEModel.Merge] {
    var seen: Set<UInt64> = []
    let kept = merges.reversed().filter { seen.insert(PairCounts.key($0.left, $0.right)).inserted }
    return kept.reversed()
  }
}
