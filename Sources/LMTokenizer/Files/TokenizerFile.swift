import LMRuntime

/// The `tokenizer.json` of Hugging Face's tokenizers, for byte-level byte-pair encoding.
///
/// `truncation` and `padding` are about batches, not about text: they are not applied and not kept.
package enum TokenizerFile {
  /// The tokenizer that a document describes.
  package static func tokenizer(_ document: JSONField) throws(LMError) -> Tokenizer {
    let modelField = try document["model"]
    try checkModel(modelField)
    let addedTokens = try addedTokens(document)
    let preTokenizer = try PreTokenizerField.read(document.optional("pre_tokenizer"), in: document)
    try checkDecoder(document)
    let vocabulary = try VocabularyField.read(try modelField["vocab"], addedTokens, in: document)
    let model = try bpeModel(modelField, vocabulary)
    var tokenizer = Tokenizer(
      model: model, pattern: preTokenizer.pattern, addedTokens: addedTokens,
      normalizer: try normalizer(document.optional("normalizer")),
      addsPrefixSpace: preTokenizer.addsPrefixSpace)
    tokenizer.template = try PostProcessorField.read(document.optional("post_processor"), tokenizer)
    return tokenizer
  }

  private static func checkModel(_ model: JSONField) throws(LMError) {
    if let type = try model.optional("type") {
      guard try type.string() == "BPE" else { throw unsupported(type, "byte-level BPE") }
    } else if try model.object()["merges"] == nil {
      throw model.failure(
        "has no \"type\" and no \"merges\"", remedy: "use the tokenizer.json of a BPE model")
    }
    if let dropout = try model.optional("dropout"), try dropout.double() != 0 {
      throw dropout.failure(
        "is \(try dropout.double()), which makes ids random", remedy: "set it to null to encode")
    }
    if let fallback = try model.optional("byte_fallback"), try fallback.bool() {
      throw fallback.failure(
        "is true: the vocabulary is of characters with bytes as a last resort",
        remedy: "use a byte-level BPE tokenizer (GPT-2, Llama 3, Qwen)")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = try model.optional(key), try !affix.string().isEmpty {
        throw unsupported(affix, "no affixes on tokens")
      }
    }
  }

  private static func bpeModel(_ model: JSONField, _ vocabulary: VocabularyField) throws(LMError) -> BPEModel
  {
    let merges = try MergesField.read(try model["merges"], vocabulary)
    var unknownID: Int32?
    if let unknown = try model.optional("unk_token") {
      let name = try unknown.string()
      unknownID = try vocabulary.id(of: name, unknown)
    }
    return BPEModel(
      vocabulary: vocabulary.tokens, modelCount: vocabulary.modelCount, byteTokens: vocabulary.byteTokens,
      merges: merges, ignoresMerges: try model.optional("ignore_merges")?.bool() ?? false,
      unknownID: unknownID, fusesUnknown: try model.optional("fuse_unk")?.bool() ?? false)
  }

  private static func addedTokens(_ document: JSONField) throws(LMError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for field in try document.optional("added_tokens")?.array() ?? [] {
      let content = try field["content"].string()
      guard !content.isEmpty else {
        throw try field["content"].failure("is empty", remedy: "remove the token")
      }
      tokens.append(
        AddedToken(
          content, id: Int32(try field["id"].integer(in: 0...Int(Int32.max) - 1)),
          isSpecial: try field.optional("special")?.bool() ?? false,
          isNormalized: try field.optional("normalized")?.bool() ?? false,
          stripsLeft: try field.optional("lstrip")?.bool() ?? false,
          stripsRight: try field.optional("rstrip")?.bool() ?? false,
          isSingleWord: try field.optional("single_word")?.bool() ?? false))
    }
    return tokens
  }

  private static func normalizer(_ field: JSONField?) throws(LMError) -> Normalizer {
    guard let field else { return .none }
    let type = try field["type"]
    switch try type.string() {
    case "NFC": return .canonicalComposition
    case "Sequence":
      var result = Normalizer.none
      for part in try field["normalizers"].array() {
        let one = try normalizer(part)
        if one != .none { result = one }
      }
      return result
    default: throw unsupported(type, "NFC or none")
    }
  }

  private static func checkDecoder(_ document: JSONField) throws(LMError) {
    guard let decoder = try document.optional("decoder") else { return }
    let type = try decoder["type"]
    let name = try type.string()
    if name == "Sequence" {
      for part in try decoder["decoders"].array() {
        let type = try part["type"]
        guard try type.string() == "ByteLevel" else { throw unsupported(type, "ByteLevel") }
      }
    } else if name != "ByteLevel" {
      throw unsupported(type, "ByteLevel")
    }
  }

  /// The error for a choice that this version does not implement.
  static func unsupported(_ field: JSONField, _ expected: String) -> LMError {
    field.failure(
      "is \(field.value.kind), and only \(expected) is supported",
      remedy: "use a byte-level BPE tokenizer (GPT-2, Llama 3, Qwen), or train one with `lm tokenizer train`")
  }
}
