import LMRuntime

extension Tokenizer {
  /// The ids of a random segmentation of `text`; the same for the same state of `random`.
  ///
  /// - Parameters:
  ///   - text: Any string below 2 GiB.
  ///   - sampling: Dropout for byte-pair encoding, or subword regularization for a unigram model.
  ///   - random: Where chance comes from.
  ///   - specials: What becomes of special tokens that stand in the text.
  ///   - addSpecialTokens: Whether ``template`` puts its special tokens around the ids.
  /// - Throws: ``LMError`` where the model does not have this kind of sampling, its number is out of range, a
  ///   special token is refused, or the text has 2 GiB or more.
  /// - Complexity: O(n log n / (1 - p)) for n bytes and a dropout of p, or O(n · longest token); about 30 bytes of
  ///   memory for each byte. Nothing is cached.
  public func sample(
    _ text: String, _ sampling: SubwordSampling, using random: inout RandomStream,
    specials: SpecialTokenPolicy = .asText, addSpecialTokens: Bool = true
  ) throws(LMError) -> [Int32] {
    try check(sampling)
    let bytes = Array(text.utf8)
    guard bytes.count < Int32.max else {
      throw LMError(
        .usage, at: "the text", "has \(bytes.count) bytes, more than 2 GiB", remedy: "encode it in parts")
    }
    let tokens = try bytes.withUnsafeBufferPointer { buffer throws(LMError) in
      try located(TextCursor(buffer), specials) { sample($0, sampling, &random) }
    }
    let ids = tokens.map(\.id)
    return addSpecialTokens ? template.prefix + ids + template.suffix : ids
  }

  private func check(_ sampling: SubwordSampling) throws(LMError) {
    switch (sampling, model) {
    case (.dropout(let probability), .byteLevel), (.dropout(let probability), .characters):
      guard (0...1).contains(probability) else {
        throw LMError(.usage, at: "dropout", "is \(probability)", remedy: "choose a number from 0 to 1")
      }
    case (.unigram(let alpha), .unigram):
      guard alpha >= 0, alpha.isFinite else {
        throw LMError(.usage, at: "alpha", "is \(alpha)", remedy: "choose a number that is 0 or more")
      }
    default:
      throw LMError(
        .usage, at: "sampling", "does not fit the model of this tokenizer",
        remedy: "choose dropout for byte-pair encoding, and unigram for a unigram model")
    }
  }

  private func sample(
    _ piece: TextCursor, _ sampling: SubwordSampling, _ random: inout RandomStream
  ) -> [TokenLength] {
    switch (sampling, model) {
    case (.dropout(let probability), .byteLevel(let model)):
      return model.encodeWithLengths(piece) { symbols, lengths in
        DropoutMerger.merge(symbols, lengths, model.pairs, probability: probability, &random)
      }
    case (.dropout(let probability), .characters(let model)):
      return CharacterBPEWorker(model).encodeWithLengths(piece) { symbols, lengths in
        DropoutMerger.merge(symbols, lengths, model.pairs, probability: probability, &random)
      }
    case (.unigram(let alpha), .unigram(let model)):
      return UnigramSampler.sample(model, piece, alpha: alpha, &random)
    default: return []
    }
  }
}
