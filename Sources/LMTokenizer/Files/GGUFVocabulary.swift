import LMRuntime

/// The tokenizer in the metadata of a GGUF file: the keys `tokenizer.ggml.*`.
///
/// The lists are checked against each other, ids against the vocabulary; what they mean is up to the model.
public struct GGUFVocabulary: Sendable {
  /// What a token is for; the raw value is the one in the file.
  public enum TokenType: Int, Sendable {
    case undefined, normal, unknown, control, userDefined, unused, byte
  }

  /// Most tokens.
  static let tokenLimit = 1 << 21

  /// The kind of model: `gpt2` (byte-level BPE), `llama` (SentencePiece BPE), `bert` (WordPiece), `t5`
  /// (unigram), …
  public let model: String
  /// The name of the splitting pattern in llama.cpp: `llama-bpe`, `qwen2`, `tekken`, …; nil where it is absent.
  public let preTokenizer: String?
  /// Number of tokens.
  public let count: Int
  /// Score of each token; nil where the file has none. Finite.
  public let scores: [Float]?
  /// Type of each token; nil where the file has none.
  public let types: [TokenType]?
  /// Merges as the file has them: two tokens with a space between, first the one that goes first.
  public let merges: [String]
  /// Ids with a meaning by the word in their key: `bos`, `eos`, `unknown`, `padding`, `seperator`, `eot`, ….
  public let specialIDs: [String: Int32]
  /// Whether the begin of sequence goes before a text; nil where the file is silent.
  public let addsBegin: Bool?
  /// Whether the end of sequence goes behind a text; nil where the file is silent.
  public let addsEnd: Bool?
  /// Whether a space goes before a text; nil where the file is silent.
  public let addsSpacePrefix: Bool?
  /// Whether leading, trailing and repeated spaces are removed; nil where the file is silent.
  public let removesExtraSpaces: Bool?
  /// SentencePiece's replacements; empty for none. Not yet checked.
  public let precompiledCharsmap: [UInt8]
  /// Chat templates by name; the main one is `default`.
  public let chatTemplates: [String: String]

  private let tokens: GGUFArray

  /// The bytes of the token `id` (`< count`) as the file has them; `gpt2` writes bytes as characters.
  /// - Complexity: O(1).
  public func token(_ id: Int) -> ArraySlice<UInt8> { tokens.string(id) ?? [] }
}

extension GGUFVocabulary {
  /// Reads the keys `tokenizer.*` of a file.
  /// - Throws: ``LMError`` that names the key.
  /// - Complexity: O(bytes of these keys), in time and memory.
  public init(_ file: GGUFFile) throws(LMError) {
    let keys = Keys(file: file)
    guard let model = try keys.string("model") else { throw keys.missingError("model") }
    self.model = model
    preTokenizer = try keys.string("pre")
    guard let tokens = try keys.array("tokens") else { throw keys.missingError("tokens") }
    guard tokens.type == .string, (1...Self.tokenLimit).contains(tokens.count) else {
      throw keys.failure("tokens", "is no list of 1 to \(Self.tokenLimit) strings")
    }
    self.tokens = tokens
    count = tokens.count
    scores = try keys.scores(count)
    types = try keys.types(count)
    merges = try keys.merges()
    specialIDs = try keys.specialIDs(count)
    addsBegin = try keys.bool("add_bos_token")
    addsEnd = try keys.bool("add_eos_token")
    addsSpacePrefix = try keys.bool("add_space_prefix")
    removesExtraSpaces = try keys.bool("remove_extra_whitespaces")
    precompiledCharsmap = try keys.charsmap()
    chatTemplates = try keys.chatTemplates()
  }

  /// The keys `tokenizer.ggml.*`, by what follows that.
  private struct Keys {
    private static let prefix = "tokenizer.ggml."
    private static let idSuffix = "_token_id"
    let file: GGUFFile

    func failure(_ key: String, _ problem: String) -> LMError {
      LMError(at: "\(file.place), key \(Self.prefix)\(key)", problem, remedy: "use a complete GGUF file")
    }

    func missingError(_ key: String) -> LMError { failure(key, "is absent: the file has no tokenizer") }

    func string(_ key: String) throws(LMError) -> String? {
      guard let value = file[Self.prefix + key] else { return nil }
      guard case .string(let bytes) = value, let string = String(validating: bytes, as: UTF8.self) else {
        throw failure(key, "is no UTF-8 string")
      }
      return string
    }

    func bool(_ key: String) throws(LMError) -> Bool? {
      guard let value = file[Self.prefix + key] else { return nil }
      guard case .bool(let bool) = value else { throw failure(key, "is neither true nor false") }
      return bool
    }

    func array(_ key: String) throws(LMError) -> GGUFArray? {
      guard let value = file[Self.prefix + key] else { return nil }
      guard case .array(let array) = value else { throw failure(key, "is no list") }
      return array
    }

    func scores(_ count: Int) throws(LMError) -> [Float]? {
      guard let array = try array("scores") else { return nil }
      guard array.count == count else {
        throw failure("scores", "has \(array.count) numbers for \(count) tokens")
      }
      var scores: [Float] = []
      scores.reserveCapacity(count)
      for position in 0..<count {
        guard let score = array.double(position).map({ Float($0) }), score.isFinite else {
          throw failure("scores", "has no finite number at \(position)")
        }
        scores.append(score)
      }
      return scores
    }

    func types(_ count: Int) throws(LMError) -> [TokenType]? {
      guard let array = try array("token_type") else { return nil }
      guard array.count == count else {
        throw failure("token_type", "has \(array.count) numbers for \(count) tokens")
      }
      var types: [TokenType] = []
      types.reserveCapacity(count)
      for position in 0..<count {
        guard let type = array.integer(position).flatMap({ TokenType(rawValue: $0) }) else {
          throw failure("token_type", "has no type from 0 to 6 at \(position)")
        }
        types.append(type)
      }
      return types
    }

    func merges() throws(LMError) -> [String] {
      guard let array = try array("merges") else { return [] }
      var merges: [String] = []
      merges.reserveCapacity(array.count)
      for position in 0..<array.count {
        guard let bytes = array.string(position), let merge = String(validating: bytes, as: UTF8.self) else {
          throw failure("merges", "has no UTF-8 string at \(position)")
        }
        merges.append(merge)
      }
      return merges
    }

    func specialIDs(_ count: Int) throws(LMError) -> [String: Int32] {
      var ids: [String: Int32] = [:]
      for (key, value) in file.metadata where key.hasPrefix(Self.prefix) && key.hasSuffix(Self.idSuffix) {
        let name = String(key.dropFirst(Self.prefix.count).dropLast(Self.idSuffix.count))
        guard case .integer(let id) = value else { throw failure(name + Self.idSuffix, "is no whole number") }
        // Converters write "none" as -1 or as its 32 bits without a sign.
        if id == -1 || id == Int(UInt32.max) { continue }
        guard (0..<count).contains(id) else {
          throw failure(name + Self.idSuffix, "is \(id), and the vocabulary has \(count) tokens")
        }
        ids[name] = Int32(id)
      }
      return ids
    }

    func charsmap() throws(LMError) -> [UInt8] {
      guard let array = try array("precompiled_charsmap") else { return [] }
      guard array.type == .uint8 || array.type == .int8 else {
        throw failure("precompiled_charsmap", "is no list of bytes")
      }
      return (0..<array.count).map { UInt8(truncatingIfNeeded: array.integer($0) ?? 0) }
    }

    /// `tokenizer.chat_template` and `tokenizer.chat_template.NAME`.
    func chatTemplates() throws(LMError) -> [String: String] {
      let base = "tokenizer.chat_template"
      var templates: [String: String] = [:]
      for (key, value) in file.metadata where key == base || key.hasPrefix(base + ".") {
        guard case .string(let bytes) = value, let text = String(validating: bytes, as: UTF8.self) else {
          throw LMError(
            at: "\(file.place), key \(key)", "is no UTF-8 string", remedy: "use a complete GGUF file")
        }
        templates[key == base ? "default" : String(key.dropFirst(base.count + 1))] = text
      }
      return templates
    }
  }
}
