import LMRuntime

/// Text to token ids and back: normalize, find added tokens, split, merge, decode.
///
///     let tokenizer = try Tokenizer.load("models/gpt2")
///     let ids = try tokenizer.encode("Hello world")
///     let text = try tokenizer.decode(ids)
///
/// A value that any number of threads may use at the same time. Ids are `Int32`, 0 ..< ``vocabularySize``.
public struct Tokenizer: Sendable {
  package let model: BPEModel
  let pool: EncoderPool
  package let normalizer: Normalizer
  /// True where a space goes before a text that has none at its start.
  let addsPrefixSpace: Bool
  /// Tokens by content, in the order of their ids.
  let tokensByContent: [ContentKey: AddedToken]
  /// Added tokens that are looked for in the text as it is, and in the normalized text.
  let rawMatcher: AddedTokenMatcher
  let normalizedMatcher: AddedTokenMatcher

  /// How texts are cut into pre-tokens; nil leaves them whole.
  public let pattern: SplitPattern?
  /// Tokens that are found in the text before it is split, in the order of their ids.
  public let addedTokens: [AddedToken]
  /// The special tokens around a text where they are asked for.
  public var template: SequenceTemplate
  /// Begin of sequence, end of sequence and padding.
  public var specialIDs: SpecialIDs
  /// The members of tokenizer_config.json, kept for saving: a chat template, a maximum length.
  public var configuration: JSONObject

  /// The ids with a meaning to the model, where the tokenizer has them.
  public struct SpecialIDs: Sendable, Equatable {
    /// Begin of sequence.
    public var begin: Int32?
    /// End of sequence.
    public var end: Int32?
    /// Padding.
    public var padding: Int32?

    /// The given ids.
    public init(begin: Int32? = nil, end: Int32? = nil, padding: Int32? = nil) {
      self.begin = begin
      self.end = end
      self.padding = padding
    }
  }

  init(
    model: BPEModel, pattern: SplitPattern?, addedTokens: [AddedToken], normalizer: Normalizer = .none,
    addsPrefixSpace: Bool = false, template: SequenceTemplate = .init(), specialIDs: SpecialIDs? = nil,
    configuration: JSONObject = .init()
  ) {
    let sorted = addedTokens.sorted { $0.id < $1.id }
    self.model = model
    pool = EncoderPool(model)
    self.normalizer = normalizer
    self.addsPrefixSpace = addsPrefixSpace
    self.pattern = pattern
    self.addedTokens = sorted
    tokensByContent = Dictionary(sorted.map { (ContentKey($0.content), $0) }) { first, _ in first }
    rawMatcher = AddedTokenMatcher(sorted.filter { !$0.isNormalized || normalizer == .none })
    normalizedMatcher = AddedTokenMatcher(
      sorted.filter { $0.isNormalized && normalizer != .none }, form: normalizer.normalized)
    self.template = template
    self.configuration = configuration
    self.specialIDs = specialIDs ?? SpecialIDs(conventionalNamesIn: sorted)
  }

  /// Number of ids, those of added tokens included.
  public var vocabularySize: Int { model.vocabulary.count }

  /// The id of begin of sequence, nil where the tokenizer has none.
  public var bosID: Int32? { specialIDs.begin }
  /// The id of end of sequence, nil where the tokenizer has none.
  public var eosID: Int32? { specialIDs.end }
  /// The id of padding, nil where the tokenizer has none.
  public var padID: Int32? { specialIDs.padding }

  /// The text of token `id` in a vocabulary file (`Ġthe` for " the"), nil where no token has the id.
  public func token(_ id: Int32) -> String? {
    guard let bytes = bytes(of: id) else { return nil }
    return model.vocabulary.literals.contains(id)
      ? String(decoding: bytes, as: UTF8.self) : ByteLevelAlphabet.text(of: bytes)
  }

  /// The id of a token as a vocabulary file writes it (`Ġthe`), nil where there is none.
  public func id(_ token: String) -> Int32? {
    if let added = tokensByContent[ContentKey(token)] { return added.id }
    var bytes: [UInt8] = []
    let text = Array(token.utf8)
    guard text.withUnsafeBufferPointer({ ByteLevelAlphabet.appendBytes(of: $0, to: &bytes) }) else {
      return model.vocabulary.literals.first { self.bytes(of: $0)?.elementsEqual(text) ?? false }
    }
    return bytes.isEmpty ? nil : model.vocabulary.id(of: bytes)
  }

  /// The bytes that token `id` stands for, nil where no token has the id.
  public func bytes(of id: Int32) -> ArraySlice<UInt8>? {
    guard id >= 0, id < vocabularySize, model.vocabulary.length(Int(id)) > 0 else { return nil }
    return model.vocabulary[Int(id)]
  }

  /// True for the ids of special tokens.
  public func isSpecial(_ id: Int32) -> Bool { addedToken(id)?.isSpecial ?? false }

  /// The added token with the given id, nil where there is none.
  /// - Complexity: O(log of the number of added tokens).
  func addedToken(_ id: Int32) -> AddedToken? {
    var lower = 0
    var upper = addedTokens.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if addedTokens[middle].id < id { lower = middle + 1 } else { upper = middle }
    }
    return lower < addedTokens.count && addedTokens[lower].id == id ? addedTokens[lower] : nil
  }
}

/// A dictionary key that is equal to another only when its bytes are; `String` calls "é" and "e◌́" equal.
struct ContentKey: Hashable, Sendable {
  private let bytes: [UInt8]
  init(_ text: String) { bytes = Array(text.utf8) }
}

extension Tokenizer.SpecialIDs {
  private static let beginNames = ["<|bos|>", "<|begin_of_text|>", "<s>", "<bos>"]
  private static let endNames = ["<|eos|>", "<|end_of_text|>", "</s>", "<eos>", "<|endoftext|>"]
  private static let paddingNames = ["<|pad|>", "<pad>", "[PAD]", "<|endoftext|>"]

  /// The ids of tokens that have a customary name.
  init(conventionalNamesIn tokens: [AddedToken]) {
    func find(_ names: [String]) -> Int32? {
      for name in names {
        if let token = tokens.first(where: { KeyIndex.sameBytes($0.content, name) }) { return token.id }
      }
      return nil
    }
    self.init(
      begin: find(Self.beginNames), end: find(Self.endNames), padding: find(Self.paddingNames))
  }
}
