import LMGeneration
import LMRuntime
import LMTokenizer

extension LanguageModel {
  /// Keeps generated texts inside a grammar's language: for ``SamplingSettings/constraint``.
  /// - Throws: ``LMError`` of kind `usage` where the tokenizer has no token that ends a text.
  /// - Complexity: O(bytes of the vocabulary · log V) at the first call, some tenths of a second for 128,000
  ///   tokens.
  public func constraint(_ grammar: Grammar) throws(LMError) -> TokenConstraint {
    try TokenConstraint(grammar, tokenTrie)
  }

  /// Texts over which the DRY penalty does not look back, as this model's tokens write them.
  public func sequenceBreakers(_ texts: [String]) -> SequenceBreakers {
    SequenceBreakers(texts, tokenTrie.vocabulary)
  }
}

extension TokenVocabulary {
  /// What the tokens of `tokenizer` are inside of a text; special ones are none, and begin and end of sequence
  /// end a text.
  public init(_ tokenizer: Tokenizer) {
    let ends = Set([tokenizer.eosID, tokenizer.bosID].compactMap { $0 })
    self.init(count: tokenizer.vocabularySize, endIDs: ends) { id in
      tokenizer.isSpecial(id) ? [] : tokenizer.bytes(of: id) ?? []
    }
  }
}
