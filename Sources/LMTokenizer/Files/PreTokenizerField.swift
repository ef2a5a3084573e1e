import LMRuntime

/// `pre_tokenizer`: ByteLevel with its own pattern, or a Split by a known pattern before ByteLevel.
struct PreTokenizerField {
  var pattern: SplitPattern?
  var addsPrefixSpace = false

  /// Reads the member, which must be there: without ByteLevel a vocabulary is one of characters.
  static func read(_ field: JSONField?, in document: JSONField) throws(LMError) -> PreTokenizerField {
    guard let field else {
      throw document.failure(
        "has no \"pre_tokenizer\", so its tokens are not of bytes",
        remedy: "use a byte-level BPE tokenizer (GPT-2, Llama 3, Qwen)")
    }
    let type = try field["type"]
    switch try type.string() {
    case "ByteLevel": return try byteLevel(field)
    case "Sequence": return try sequence(try field["pretokenizers"])
    default: throw TokenizerFile.unsupported(type, "ByteLevel, alone or behind Split")
    }
  }

  private static func byteLevel(_ field: JSONField) throws(LMError) -> PreTokenizerField {
    PreTokenizerField(
      pattern: try field.optional("use_regex")?.bool() ?? true ? .gpt2 : nil,
      addsPrefixSpace: try field.optional("add_prefix_space")?.bool() ?? false)
  }

  private static func sequence(_ field: JSONField) throws(LMError) -> PreTokenizerField {
    let parts = try field.array()
    if parts.count == 1 { return try read(parts[0], in: field) }
    guard parts.count == 2, try parts[0]["type"].string() == "Split",
      try parts[1]["type"].string() == "ByteLevel"
    else { throw TokenizerFile.unsupported(field, "one Split and then ByteLevel") }
    let last = try byteLevel(parts[1])
    guard last.pattern == nil else {
      throw parts[1].failure(
        "splits once more (\"use_regex\" is true)", remedy: "set use_regex to false behind a Split")
    }
    guard !last.addsPrefixSpace else {
      throw try parts[1]["add_prefix_space"].failure("is true behind a Split", remedy: "set it to false")
    }
    return PreTokenizerField(pattern: try split(parts[0]))
  }

  private static func split(_ field: JSONField) throws(LMError) -> SplitPattern {
    let regex = try field["pattern"]["Regex"]
    guard let pattern = SplitPattern(regex: try regex.string()) else {
      throw regex.failure(
        "is \(regex.value.text()), which is none of the known patterns",
        remedy: "use a tokenizer that splits as one of "
          + SplitPattern.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let behavior = try field["behavior"]
    // Every character belongs to a match, so what is between matches does not matter.
    let name = try behavior.string()
    let isInverted = try field.optional("invert")?.bool() ?? false
    guard name == "Isolated" && !isInverted || name == "Removed" && isInverted else {
      throw TokenizerFile.unsupported(behavior, "Isolated, or Removed and inverted,")
    }
    return pattern
  }
}
