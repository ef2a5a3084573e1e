import LMRuntime

/// `post_processor`: the special tokens around sequences. ByteLevel concerns offsets only.
enum PostProcessorField {
  /// The template that a member describes.
  static func read(_ field: JSONField?, _ tokenizer: Tokenizer) throws(LMError) -> SequenceTemplate {
    guard let field else { return SequenceTemplate() }
    let type = try field["type"]
    switch try type.string() {
    case "ByteLevel":
      var template = SequenceTemplate()
      template.offsetTrimming = try trimming(field)
      return template
    case "TemplateProcessing": return try template(field, tokenizer)
    case "BertProcessing":
      let (begin, end) = (try token(try field["cls"], tokenizer), try token(try field["sep"], tokenizer))
      return SequenceTemplate(
        prefix: [begin], suffix: [end],
        pair: [
          .token(begin, typeID: 0), .text(0, typeID: 0), .token(end, typeID: 0), .text(1, typeID: 1),
          .token(end, typeID: 1),
        ])
    case "RobertaProcessing":
      let (begin, end) = (try token(try field["cls"], tokenizer), try token(try field["sep"], tokenizer))
      var template = SequenceTemplate(
        prefix: [begin], suffix: [end],
        pair: [
          .token(begin, typeID: 0), .text(0, typeID: 0), .token(end, typeID: 0), .token(end, typeID: 0),
          .text(1, typeID: 0), .token(end, typeID: 0),
        ])
      template.offsetTrimming = try trimming(field)
      return template
    case "Sequence":
      var result = SequenceTemplate()
      for part in try field["processors"].array() {
        let inner = try read(part, tokenizer)
        result.prefix = inner.prefix + result.prefix
        result.suffix += inner.suffix
        if inner.pair != nil { result.pair = inner.pair }
        if inner.offsetTrimming != nil { result.offsetTrimming = inner.offsetTrimming }
      }
      return result
    default: throw TokenizerFile.unsupported(type, "a post-processor of Hugging Face's tokenizers")
    }
  }

  private static func trimming(_ field: JSONField) throws(LMError) -> SequenceTemplate.OffsetTrimming? {
    guard try field.optional("trim_offsets")?.bool() ?? true else { return nil }
    return try field.optional("add_prefix_space")?.bool() ?? true ? .allButFirst : .all
  }

  /// A pair of a token's name and id.
  private static func token(_ field: JSONField, _ tokenizer: Tokenizer) throws(LMError) -> Int32 {
    let parts = try field.array()
    guard parts.count == 2 else { throw field.unexpected("a token and its id") }
    return try id(parts[1], tokenizer)
  }

  /// The id of a token that there is.
  private static func id(_ field: JSONField, _ tokenizer: Tokenizer) throws(LMError) -> Int32 {
    let id = Int32(try field.integer(in: 0...tokenizer.vocabularySize - 1))
    guard tokenizer.storedBytes(id) != nil else {
      throw field.failure("is \(id), which no token has", remedy: "name a token of the vocabulary")
    }
    return id
  }

  private static func template(_ field: JSONField, _ tokenizer: Tokenizer) throws(LMError) -> SequenceTemplate
  {
    var result = SequenceTemplate()
    var sequences = 0
    for part in try parts(try field["single"], field, tokenizer) {
      switch part {
      case .text: sequences += 1
      case .token(let id, _): if sequences == 0 { result.prefix.append(id) } else { result.suffix.append(id) }
      }
    }
    guard sequences == 1 else {
      throw try field["single"].failure(
        "has \(sequences) sequences, expected 1", remedy: "name the text once")
    }
    if let pair = try field.optional("pair") {
      let parts = try parts(pair, field, tokenizer)
      if !parts.isEmpty { result.pair = parts }
    }
    return result
  }

  private static func parts(
    _ list: JSONField, _ field: JSONField, _ tokenizer: Tokenizer
  ) throws(LMError) -> [SequenceTemplate.Part] {
    var parts: [SequenceTemplate.Part] = []
    for piece in try list.array() {
      if let sequence = try piece.optional("Sequence") {
        let name = try sequence["id"].string()
        parts.append(.text(name == "B" ? 1 : 0, typeID: try typeID(sequence)))
        continue
      }
      let special = try piece["SpecialToken"]
      let type = try typeID(special)
      parts += try ids(of: try special["id"].string(), field, tokenizer).map { .token($0, typeID: type) }
    }
    return parts
  }

  private static func typeID(_ field: JSONField) throws(LMError) -> Int32 {
    Int32(try field.optional("type_id")?.integer(in: 0...Int(Int32.max)) ?? 0)
  }

  private static func ids(
    of name: String, _ field: JSONField, _ tokenizer: Tokenizer
  ) throws(LMError) -> [Int32] {
    var ids: [Int32] = []
    for id in try field["special_tokens"][name]["ids"].array() {
      ids.append(try self.id(id, tokenizer))
    }
    return ids
  }

  /// The member that describes the template of `tokenizer`.
  static func document(_ tokenizer: Tokenizer) -> JSON {
    let template = tokenizer.template
    var trimming: JSON = nil
    if template.offsetTrimming != nil || tokenizer.model.isByteLevel {
      trimming = PreTokenizerField.byteLevel(
        ByteLevelStep(addsPrefixSpace: template.offsetTrimming == .allButFirst),
        trimsOffsets: template.offsetTrimming != nil)
    }
    guard !template.isEmpty else { return trimming }
    let single: [SequenceTemplate.Part] =
      template.prefix.map { .token($0, typeID: 0) } + [.text(0, typeID: 0)]
      + template.suffix.map { .token($0, typeID: 0) }
    func piece(_ part: SequenceTemplate.Part) -> JSON {
      switch part {
      case .text(let text, let type):
        ["Sequence": ["id": text == 0 ? "A" : "B", "type_id": .integer(Int(type))]]
      case .token(let id, let type):
        ["SpecialToken": ["id": .string(tokenizer.token(id) ?? ""), "type_id": .integer(Int(type))]]
      }
    }
    var specials = JSONObject()
    for case .token(let id, _) in single + template.pairParts {
      let name = tokenizer.token(id) ?? ""
      specials[name] = ["id": .string(name), "ids": [.integer(Int(id))], "tokens": [.string(name)]]
    }
    let processing: JSON = [
      "type": "TemplateProcessing", "single": .array(single.map(piece)),
      "pair": .array(template.pairParts.map(piece)), "special_tokens": .object(specials),
    ]
    if template.offsetTrimming == nil { return processing }
    return ["type": "Sequence", "processors": [trimming, processing]]
  }
}
