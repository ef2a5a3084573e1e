import LMRuntime

/// Learns a WordPiece vocabulary as `WordPieceTrainer` of Hugging Face's tokenizers does: BPE on characters, of
/// which all but the first of a word carry a prefix.
///
/// Schuster, Nakajima, "Japanese and Korean Voice Search" (ICASSP 2012) choose the pair that raises the
/// likelihood most; BERT's files and this trainer take the most frequent one. WordPiece then cuts a word by the
/// longest match, so the merges themselves are not kept.
///
/// Ids: special tokens, characters, characters with the prefix, both in the order of their code points, then one
/// token for each merge, the most frequent pair first, of equals the one with the smallest ids. (The reference
/// numbers characters with the prefix in the order of a hash table, which differs from run to run.)
public struct WordPieceTrainer: Sendable {
  /// Number of entries, unless the corpus runs out of pairs before.
  public var vocabularySize: Int
  /// How often a pair must occur to be merged.
  public var minimumFrequency: Int
  /// Special tokens in the order of their ids, from 0 on; repeated ones count once.
  public var specialTokens: [String]
  /// What is written before a piece that does not begin a word.
  public var prefix: String
  /// Most characters that get an entry: the most frequent, of equals the smallest code points. Words lose the
  /// others. Nil keeps all.
  public var alphabetLimit: Int?

  /// BERT's special tokens.
  public static let standardSpecialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  /// A trainer for `vocabularySize` entries.
  public init(
    vocabularySize: Int = 30_000, minimumFrequency: Int = 0,
    specialTokens: [String] = WordPieceTrainer.standardSpecialTokens, prefix: String = "##",
    alphabetLimit: Int? = nil
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
    self.prefix = prefix
    self.alphabetLimit = alphabetLimit
  }

  /// Trains on counted words: those that the model will get, normalized and split at white space and
  /// punctuation. Bytes that are no UTF-8 count as U+FFFD.
  /// - Returns: The vocabulary in the order of ids.
  /// - Throws: ``LMError`` where the vocabulary has no room for special tokens and characters, or the distinct
  ///   words have more than 2³⁰ characters.
  /// - Complexity: about O(n + p log p) for n characters of distinct words and p pairs.
  public func train(
    _ words: borrowing WordCounts, progress: ((MergeProgress) -> Void)? = nil
  ) throws(LMError) -> [String] {
    let specials = try SpecialTokens.checked(specialTokens)
    var vocabulary = Vocabulary(reserving: max(0, min(vocabularySize, SpecialTokens.vocabularyLimit)))
    for name in specials { vocabulary.append(name.utf8) }
    let alphabet = WordPieceAlphabet(words, limit: alphabetLimit, prefix: prefix, &vocabulary)
    guard (vocabulary.count...SpecialTokens.vocabularyLimit).contains(vocabularySize) else {
      throw LMError(
        .usage, at: "vocabulary size",
        "is \(vocabularySize), expected \(vocabulary.count) to \(SpecialTokens.vocabularyLimit)",
        remedy: "special tokens and characters, with and without \(prefix), need an entry each")
    }
    let rows = try SymbolRows(words, alphabet.append)
    let prefix = Array(self.prefix.utf8)
    let reserved = Set(specials.map { Array($0.utf8) })
    _ = MergeLearner.learned(
      rows, &vocabulary, size: vocabularySize, minimumCount: minimumFrequency,
      join: { left, right, vocabulary in
        let tail = vocabulary[Int(right)]
        let bytes = vocabulary[Int(left)] + (tail.starts(with: prefix) ? tail.dropFirst(prefix.count) : tail)
        return reserved.contains(Array(bytes)) ? nil : Array(bytes)
      }, progress)
    return (0..<vocabulary.count).map { String(decoding: vocabulary[$0], as: UTF8.self) }
  }
}

/// The entries of single characters.
private struct WordPieceAlphabet {
  private var first: [Unicode.Scalar: Int32] = [:]
  private var inner: [Unicode.Scalar: Int32] = [:]

  /// Appends the characters of the words to the vocabulary.
  init(_ words: borrowing WordCounts, limit: Int?, prefix: String, _ vocabulary: inout Vocabulary) {
    var counts: [Unicode.Scalar: Int64] = [:]
    var isInner: Set<Unicode.Scalar> = []
    words.forEach { word, count in
      for (place, scalar) in String(decoding: word, as: UTF8.self).unicodeScalars.enumerated() {
        counts[scalar, default: 0] += count
        if place > 0 { isInner.insert(scalar) }
      }
    }
    let kept = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      .prefix(max(0, limit ?? counts.count)).map(\.key).sorted()
    for scalar in kept { first[scalar] = Self.id(String(scalar), &vocabulary) }
    for scalar in kept where isInner.contains(scalar) {
      inner[scalar] = Self.id(prefix + String(scalar), &vocabulary)
    }
  }

  private static func id(_ text: String, _ vocabulary: inout Vocabulary) -> Int32 {
    if let known = vocabulary.id(of: Array(text.utf8)) { return known }
    vocabulary.append(text.utf8)
    return Int32(vocabulary.count - 1)
  }

  /// Appends the tokens of a word, without characters that have none.
  func append(_ word: UnsafeBufferPointer<UInt8>, to output: inout TokenBuffer) {
    for (place, scalar) in String(decoding: word, as: UTF8.self).unicodeScalars.enumerated() {
      if let id = place == 0 ? first[scalar] : inner[scalar] { output.append(id) }
    }
  }
}
