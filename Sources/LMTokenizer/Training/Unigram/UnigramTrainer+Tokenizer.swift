import LMRuntime

extension UnigramTrainer {
  /// Special tokens of sentencepiece, and padding.
  public static let standardSpecialTokens = ["<unk>", "<s>", "</s>", "<pad>"]

  private static let unknownName = "<unk>"

  /// How texts are cut into the words to count for ``tokenizer(_:_:specialTokens:threads:progress:)``.
  public static func splitter(_ normalization: TextNormalization) -> LineSplitter {
    LineSplitter(normalization.normalizer, .metaspace(Metaspace()))
  }

  /// Trains a whole tokenizer with ``vocabularySize`` entries, special tokens included.
  ///
  /// - Parameters:
  ///   - words: The corpus, cut by ``splitter(_:)`` of the same normalization.
  ///   - specialTokens: In the order of their ids, from 0 on; `<unk>` goes first where it is not among them.
  /// - Throws: ``LMError`` as ``train(_:threads:progress:)``.
  public func tokenizer(
    _ words: borrowing WordCounts, _ normalization: TextNormalization,
    specialTokens: [String] = UnigramTrainer.standardSpecialTokens, threads: ThreadPool = .shared,
    progress: ((Progress) -> Void)? = nil
  ) throws(LMError) -> Tokenizer {
    let specials = try SpecialTokens.checked(specialTokens, with: Self.unknownName)
    guard vocabularySize > specials.count, vocabularySize <= SpecialTokens.vocabularyLimit else {
      throw LMError(
        .usage, at: "vocabulary size", "is \(vocabularySize)",
        remedy:
          "use \(specials.count + 1) to \(SpecialTokens.vocabularyLimit): special tokens need an entry each")
    }
    var trainer = self
    trainer.vocabularySize -= specials.count
    let pieces = try trainer.train(words, threads: threads, progress: progress)
    var vocabulary = Vocabulary(reserving: vocabularySize)
    for name in specials { vocabulary.append(name.utf8, isLiteral: true) }
    for piece in pieces { vocabulary.append(piece.text.utf8) }
    let unknownID = specials.firstIndex(of: Self.unknownName)
    let model = UnigramModel(
      vocabulary: vocabulary, scores: specials.map { _ in 0 } + pieces.map(\.logProbability),
      unknownID: unknownID.map { Int32($0) }, isFound: { $0 >= specials.count })
    return Tokenizer(
      model: .unigram(model), normalizer: normalization.normalizer, preTokenizer: .metaspace(Metaspace()),
      decoder: .metaspace(replacement: Metaspace().replacement, dropsFirst: true),
      addedTokens: specials.enumerated().map { AddedToken($1, id: Int32($0)) },
      configuration: ["unk_token": .string(Self.unknownName)])
  }
}
