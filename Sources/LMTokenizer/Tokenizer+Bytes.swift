import LMRuntime

extension Tokenizer {
  /// The special tokens that a new tokenizer has where nothing else is asked for.
  public static let standardSpecialTokens = ["<|bos|>", "<|eos|>", "<|pad|>"]

  /// The tokenizer whose ids are the bytes of the text: byte `b` is id `b`, special tokens follow from 256 on.
  ///
  /// Saved, it is a byte-level BPE without merges, which Hugging Face's tokenizers open as well.
  /// - Parameter specialTokens: Special tokens in the order of their ids; repeated ones count once.
  public static func bytes(specialTokens: [String] = standardSpecialTokens) -> Tokenizer {
    var vocabulary = Vocabulary(reserving: 256 + specialTokens.count)
    for byte in 0...255 { vocabulary.append(CollectionOfOne(UInt8(byte))) }
    var added: [AddedToken] = []
    for name in specialTokens where !name.isEmpty {
      guard !added.contains(where: { KeyIndex.sameBytes($0.content, name) }) else { continue }
      added.append(AddedToken(name, id: Int32(vocabulary.count)))
      vocabulary.append(name.utf8, isLiteral: true)
    }
    let model = BPEModel(
      vocabulary: vocabulary, modelCount: 256, byteTokens: (0...255).map { Int32($0) }, merges: [])
    return Tokenizer(model: model, pattern: nil, addedTokens: added)
  }
}
