import LMRuntime

/// `post_processor`: the special tokens around one sequence. ByteLevel concerns offsets only.
enum PostProcessorField {
  /// The template for a single sequence.
  static func read(_ field: JSONField?, _ tokenizer: Tokenizer) throws(LMError) -> SequenceTemplate {
    guard let field else { return SequenceTemplate() }
    let type = try field["type"]
    switch try type.string() {
    case "ByteLevel": return SequenceTemplate()
    case "TemplateProcessing": return try template(field, tokenizer)
    case "Sequence":
      var result = SequenceTemplate()
      for part in try field["processors"].array() {
        let inner = try read(part, tokenizer)
        result.prefix = inner.prefix + result.prefix
        result.suffix += inner.suffix
      }
      return result
    default: throw TokenizerFile.unsupported(type, "ByteLevel or TemplateProcessing")
    }
  }

  private static func template(_ field: JSONField, _ tokenizer: Tokenizer) throws(LMError) -> SequenceTemplate
  {
    var result = SequenceTemplate()
    var sequences = 0
    for piece in try field["single"].array() {
      if try piece.optional("Sequence") != nil {
        sequences += 1
        continue
      }
      let name = try piece["SpecialToken"]["id"].string()
      let ids = try ids(of: name, field, tokenizer)
      if sequences == 0 { result.prefix += ids } else { result.suffix += ids }
    }
    guard sequences == 1 else {
      throw try field["single"].failure(
        "has \(sequences) sequences, expected 1", remedy: "name the text once")
    }
    return result
  }

  private static func ids(
    of name: String, _ field: JSONField, _ tokenizer: Tokenizer
  ) throws(LMError) -> [Int32] {
    var ids: [Int32] = []
    for id in try field["special_tokens"][name]["ids"].array() {
      ids.append(Int32(try id.integer(in: 0...tokenizer.vocabularySize - 1)))
    }
    return ids
  }
}
