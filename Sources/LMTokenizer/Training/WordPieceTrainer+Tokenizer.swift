import LMRuntime

extension WordPieceTrainer {
  private static let unknownName = "[UNK]"

  /// How texts are cut into the words to count for ``tokenizer(_:_:progress:)``.
  public static func splitter(_ normalization: TextNormalization) -> LineSplitter {
    LineSplitter(normalization.normalizer, .bert)
  }

  /// Trains a whole tokenizer like BERT's: `[CLS]` and `[SEP]` go around texts where they are special tokens.
  ///
  /// - Parameter words: The corpus, cut by ``splitter(_:)`` of the same normalization.
  /// - Throws: ``LMError`` as ``train(_:progress:)``.
  public func tokenizer(
    _ words: borrowing WordCounts, _ normalization: TextNormalization,
    progress: ((MergeProgress) -> Void)? = nil
  ) throws(LMError) -> Tokenizer {
    var trainer = self
    trainer.specialTokens = try SpecialTokens.checked(specialTokens, with: Self.unknownName)
    let specials = trainer.specialTokens
    let tokens = try trainer.train(words, progress: progress)
    var vocabulary = Vocabulary(reserving: tokens.count)
    for (id, token) in tokens.enumerated() {
      vocabulary.append(token.utf8, isLiteral: id < specials.count)
    }
    func id(_ name: String) -> Int32? { specials.firstIndex(of: name).map { Int32($0) } }
    let model = WordPieceModel(
      vocabulary: vocabulary, modelCount: vocabulary.count, unknownID: id(Self.unknownName) ?? 0,
      continuingPrefix: prefix)
    var configuration = JSONObject()
    for (key, name) in [
      ("unk_token", Self.unknownName), ("cls_token", "[CLS]"), ("sep_token", "[SEP]"),
      ("mask_token", "[MASK]"),
    ] where id(name) != nil { configuration[key] = .string(name) }
    if normalization == .bert || normalization == .bertCased {
      configuration["tokenizer_class"] = "BertTokenizer"
      configuration["do_lower_case"] = .bool(normalization == .bert)
    }
    return Tokenizer(
      model: .wordPiece(model), normalizer: normalization.normalizer, preTokenizer: .bert,
      decoder: .wordPiece(prefix: prefix, cleansUp: true),
      addedTokens: specials.enumerated().map { AddedToken($1, id: Int32($0)) },
      template: SequenceTemplate(begin: id("[CLS]"), end: id("[SEP]")), configuration: configuration)
  }

  /// Trains on documents as BERT's tokenizer was, which transformers' `BertTokenizerFast` opens.
  ///
  /// Of the alphabet, the 1,000 most frequent characters are kept where ``alphabetLimit`` does not say otherwise;
  /// words with others are `[UNK]`.
  /// - Parameters:
  ///   - lowercases: whether the tokenizer makes letters lower case and takes accents away.
  ///   - documents: hands every document of the corpus to its argument.
  /// - Throws: ``LMError`` as ``train(_:progress:)``.
  public func tokenizer(
    lowercases: Bool = true, _ documents: (_ add: (UnsafeBufferPointer<UInt8>) -> Void) -> Void
  ) throws(LMError) -> Tokenizer {
    var trainer = self
    trainer.specialTokens = Self.standardSpecialTokens
    trainer.alphabetLimit = alphabetLimit ?? 1000
    let normalization: TextNormalization = lowercases ? .bert : .bertCased
    var words = WordCounts(splitter: Self.splitter(normalization))
    documents { words.add($0) }
    return try trainer.tokenizer(words, normalization)
  }
}
