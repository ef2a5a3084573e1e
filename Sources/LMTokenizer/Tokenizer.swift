import LMRuntime

/// Text to token ids and back: find added tokens, normalize, split, encode; decode.
///
///     let tokenizer = try Tokenizer.load(path: "models/gpt2")
///     let ids = try tokenizer.encode("Hello world")
///     let text = try tokenizer.decode(ids)
///
/// A value that any number of threads may use at the same time. Ids are `Int32`, 0 ..< ``vocabularySize``.
public struct Tokenizer: Sendable {
  package let model: TokenizerModel
  package let normalizer: Normalizer
  package let preTokenizer: PreTokenizer
  /// nil joins tokens by spaces.
  package let decoder: Decoder?
  /// Byte-level models whose pre-tokenizer is one known pattern go a way of their own.
  let bytePath: BytePath?
  let bytePool: EncoderPool?
  let piecePool: PieceEncoderPool
  let cutter: PieceCutter
  /// Tokens by content, in the order of their ids.
  let tokensByContent: [ContentKey: AddedToken]
  /// What added tokens become in a text, where normalization makes it another text than their content.
  let normalizedContents: [Int32: [UInt8]]
  /// Added tokens that are looked for in the text as it is, and in the normalized text.
  let rawMatcher: AddedTokenMatcher
  let normalizedMatcher: AddedTokenMatcher

  /// Tokens that are found in the text before it is split, in the order of their ids.
  public let addedTokens: [AddedToken]
  /// The special tokens around a text where they are asked for.
  public var template: SequenceTemplate
  /// Begin of sequence, end of sequence and padding.
  public var specialIDs: SpecialIDs
  /// Whether decoding removes spaces before punctuation (`clean_up_tokenization_spaces` of transformers).
  public var cleansUpSpaces = false
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

  /// How the bytes of a text are cut: by one pattern (nil leaves them whole), with a space in front or not.
  struct BytePath: Sendable {
    let pattern: SplitPattern?
    let addsPrefixSpace: Bool
  }

  /// A tokenizer of the given parts. Added tokens must be in the model's vocabulary.
  package init(
    model: TokenizerModel, normalizer: Normalizer = .none, preTokenizer: PreTokenizer = .none,
    decoder: Decoder?, addedTokens: [AddedToken], template: SequenceTemplate = .init(),
    specialIDs: SpecialIDs? = nil, configuration: JSONObject = .init()
  ) {
    let sorted = addedTokens.sorted { $0.id < $1.id }
    self.model = model
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.decoder = decoder
    bytePath = model.isByteLevel ? preTokenizer.bytePath : nil
    if case .byteLevel(let model) = model { bytePool = EncoderPool(model) } else { bytePool = nil }
    piecePool = PieceEncoderPool(model)
    cutter = PieceCutter(preTokenizer, mapsBytes: !model.isByteLevel)
    self.addedTokens = sorted
    tokensByContent = Dictionary(sorted.map { (ContentKey($0.content), $0) }) { first, _ in first }
    var contents: [Int32: [UInt8]] = [:]
    for token in sorted where token.isNormalized && normalizer != .none {
      let normal = normalizer.normalized(token.content)
      if !normal.elementsEqual(token.content.utf8) { contents[token.id] = normal }
    }
    normalizedContents = contents
    rawMatcher = AddedTokenMatcher(sorted.filter { !$0.isNormalized })
    normalizedMatcher = AddedTokenMatcher(sorted.filter(\.isNormalized), form: normalizer.normalized)
    self.template = template
    self.configuration = configuration
    self.specialIDs = specialIDs ?? SpecialIDs(conventionalNamesIn: sorted)
  }

  /// A tokenizer of bytes that splits by one known pattern (nil leaves texts whole).
  package init(
    model: BPEModel, pattern: SplitPattern?, addedTokens: [AddedToken], normalizer: Normalizer = .none,
    addsPrefixSpace: Bool = false, template: SequenceTemplate = .init(), specialIDs: SpecialIDs? = nil,
    configuration: JSONObject = .init()
  ) {
    self.init(
      model: .byteLevel(model), normalizer: normalizer,
      preTokenizer: PreTokenizer(pattern: pattern, addsPrefixSpace: addsPrefixSpace), decoder: .byteLevel,
      addedTokens: addedTokens, template: template, specialIDs: specialIDs, configuration: configuration)
  }

  /// How a byte-level tokenizer cuts texts into pre-tokens; nil where it leaves them whole, or has another way.
  public var pattern: SplitPattern? { bytePath?.pattern }

  /// Number of ids, those of added tokens included.
  public var vocabularySize: Int { model.vocabulary.count }

  /// The id of begin of sequence, nil where the tokenizer has none.
  public var bosID: Int32? { specialIDs.begin }
  /// The id of end of sequence, nil where the tokenizer has none.
  public var eosID: Int32? { specialIDs.end }
  /// The id of padding, nil where the tokenizer has none.
  public var padID: Int32? { specialIDs.padding }

  /// The text of token `id` in a vocabulary file (`Ġthe` for " the"), nil where no token has the id.
  public func token(_ id: Int32) -> String? { tokenBytes(id).map { String(decoding: $0, as: UTF8.self) } }

  /// The UTF-8 of a token's text in a vocabulary file, nil where no token has the id.
  func tokenBytes(_ id: Int32) -> [UInt8]? {
    guard let bytes = storedBytes(id) else { return nil }
    return model.isByteLevel && !model.vocabulary.literals.contains(id)
      ? Array(ByteLevelAlphabet.text(of: bytes).utf8) : Array(bytes)
  }

  /// The bytes that the vocabulary has for `id`, nil where no token has the id.
  func storedBytes(_ id: Int32) -> ArraySlice<UInt8>? {
    guard id >= 0, id < vocabularySize, model.vocabulary.length(Int(id)) > 0 else { return nil }
    return model.vocabulary[Int(id)]
  }

  /// The text of token `id` as decoders see it; nil where no token has the id.
  func decoderInput(_ id: Int32) -> [UInt8]? { normalizedContents[id] ?? tokenBytes(id) }

  /// The id of a token as a vocabulary file writes it (`Ġthe`), nil where there is none.
  public func id(_ token: String) -> Int32? {
    if let added = tokensByContent[ContentKey(token)] { return added.id }
    let text = Array(token.utf8)
    guard model.isByteLevel else { return text.isEmpty ? nil : model.vocabulary.id(of: text) }
    var bytes: [UInt8] = []
    guard text.withUnsafeBufferPointer({ ByteLevelAlphabet.appendBytes(of: $0, to: &bytes) }) else {
      return model.vocabulary.literals.first { storedBytes($0)?.elementsEqual(text) ?? false }
    }
    return bytes.isEmpty ? nil : model.vocabulary.id(of: bytes)
  }

  /// The bytes that token `id` stands for inside a text, nil where no token has the id.
  ///
  /// For byte-level tokenizers they are exact. Others decode by the tokens around, too: the bytes are those of
  /// the token behind another one (" the" for `▁the`, "ing" for `##ing`), and the byte itself for `<0xE2>` where
  /// runs of such tokens are bytes.
  public func bytes(of id: Int32) -> ArraySlice<UInt8>? {
    guard let stored = storedBytes(id), let input = decoderInput(id) else { return nil }
    if isPlainByteLevel { return normalizedContents[id].map { $0[...] } ?? stored }
    if let byte = ByteToken.byte(input), decoder?.steps.contains(.byteFallback) ?? false { return [byte] }
    var chain = DecoderChain(decoder, isStream: true)
    chain.append([UInt8(ascii: "a")])
    chain.append(input)
    chain.finish()
    return chain.output.dropFirst()
  }

  /// True where decoding is joining the bytes of the vocabulary.
  var isPlainByteLevel: Bool { model.isByteLevel && decoder == .byteLevel }

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

extension PreTokenizer {
  /// ByteLevel alone, or behind a Split by a known pattern.
  init(pattern: SplitPattern?, addsPrefixSpace: Bool) {
    guard let pattern, pattern != .gpt2, let known = try? TextPattern(regex: pattern.regex) else {
      self = .byteLevel(ByteLevelStep(addsPrefixSpace: addsPrefixSpace, usesPattern: pattern != nil))
      return
    }
    self = .sequence([
      .split(known, .isolated, isInverted: false),
      .byteLevel(ByteLevelStep(addsPrefixSpace: addsPrefixSpace, usesPattern: false)),
    ])
  }

  /// The pattern, where the steps are ByteLevel alone or behind a Split by a known pattern.
  var bytePath: Tokenizer.BytePath? {
    let steps = steps
    guard case .byteLevel(let last) = steps.last else { return nil }
    if steps.count == 1 {
      return .init(pattern: last.usesPattern ? .gpt2 : nil, addsPrefixSpace: last.addsPrefixSpace)
    }
    // Known patterns match every character, so what becomes of the rest does not matter.
    guard steps.count == 2, !last.usesPattern, !last.addsPrefixSpace,
      case .split(let pattern, let behavior, let isInverted) = steps[0], let known = pattern.splitPattern,
      behavior == .isolated || behavior == .removed && isInverted
    else { return nil }
    return .init(pattern: known, addsPrefixSpace: false)
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
