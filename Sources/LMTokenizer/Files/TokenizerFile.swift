import LMRuntime

/// The `tokenizer.json` of Hugging Face's tokenizers.
///
/// `truncation` and `padding` are about batches, not about text: they are not applied and not kept.
package enum TokenizerFile {
  /// The tokenizer that a document describes.
  package static func tokenizer(_ document: JSONField) throws(LMError) -> Tokenizer {
    let preTokenizer = try PreTokenizerField.read(document.optional("pre_tokenizer"))
    let normalizer = try NormalizerField.read(document.optional("normalizer"))
    let (model, addedTokens) = try ModelField.read(
      document, preTokenizer, normalizer, try addedTokens(document))
    var tokenizer = Tokenizer(
      model: model, normalizer: normalizer, preTokenizer: preTokenizer,
      decoder: try DecoderField.read(document.optional("decoder")), addedTokens: addedTokens)
    tokenizer.template = try PostProcessorField.read(document.optional("post_processor"), tokenizer)
    return tokenizer
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

  /// The error for a choice that this version does not implement.
  static func unsupported(_ field: JSONField, _ expected: String) -> LMError {
    field.failure(
      "is \(field.value.kind), expected \(expected)",
      remedy: "use a published tokenizer, or train one with `lm tokenizer train`")
  }
}
