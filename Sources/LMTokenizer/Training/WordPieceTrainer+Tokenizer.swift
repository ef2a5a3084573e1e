import LMRuntime

extension WordPieceTrainer {
  /// Trains a tokenizer as BERT has one, which transformers' `BertTokenizerFast` opens: `[CLS] A [SEP]`, and for
  /// two texts `[CLS] A [SEP] B [SEP]`.
  ///
  /// Of the alphabet, the 1,000 most frequent characters are kept where ``alphabetLimit`` does not say otherwise;
  /// words with others are `[UNK]`.
  /// - Parameters:
  ///   - documents: hands every document of the corpus to its argument.
  ///   - lowercases: whether the tokenizer makes letters lower case and takes accents away.
  /// - Throws: ``LMError`` as ``train(_:progress:)``.
  public func tokenizer(
    lowercases: Bool = true, _ documents: (_ add: (UnsafeBufferPointer<UInt8>) -> Void) -> Void
  ) throws(LMError) -> Tokenizer {
    var trainer = self
    trainer.specialTokens = Self.standardSpecialTokens
    trainer.alphabetLimit = alphabetLimit ?? 1000
    let splitter = BertWordSplitter(lowercases: lowercases)
    var counts = WordCounts(splitter: splitter)
    documents { counts.add($0) }
    var vocabulary = Vocabulary(reserving: vocabularySize)
    for token in try trainer.train(counts) { vocabulary.append(token.utf8) }
    var tokenizer = VocabularyFiles.bert(vocabulary, unknownID: 1, normalizer: splitter.normalizer)
    tokenizer.configuration = [
      "tokenizer_class": "BertTokenizer", "do_lower_case": .bool(lowercases), "unk_token": "[UNK]",
      "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
      "tokenize_chinese_chars": true, "strip_accents": nil,
    ]
    return tokenizer
  }
}
