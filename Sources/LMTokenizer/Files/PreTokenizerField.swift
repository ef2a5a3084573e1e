import LMRuntime

/// `pre_tokenizer`.
enum PreTokenizerField {
  /// The pre-tokenizer that a member describes; nothing where it is absent.
  static func read(_ field: JSONField?) throws(LMError) -> PreTokenizer {
    guard let field else { return .none }
    let type = try field["type"]
    switch try type.string() {
    case "ByteLevel":
      return .byteLevel(
        ByteLevelStep(
          addsPrefixSpace: try field.optional("add_prefix_space")?.bool() ?? true,
          usesPattern: try field.optional("use_regex")?.bool() ?? true))
    case "BertPreTokenizer": return .bert
    case "Whitespace": return .whitespace
    case "WhitespaceSplit": return .whitespaceSplit
    case "Punctuation": return .punctuation(try behavior(field.optional("behavior")) ?? .isolated)
    case "Digits": return .digits(individually: try field.optional("individual_digits")?.bool() ?? false)
    case "Metaspace": return .metaspace(try metaspace(field))
    case "Split":
      return .split(
        try PatternField.read(try field["pattern"]), try behavior(try field["behavior"]) ?? .isolated,
        isInverted: try field.optional("invert")?.bool() ?? false)
    case "CharDelimiterSplit": return .delimiter(try codePoint(try field["delimiter"]))
    case "FixedLength":
      return .fixedLength(try field.optional("length")?.integer(in: 1...Int(Int32.max)) ?? 5)
    case "Sequence":
      var parts: [PreTokenizer] = []
      for part in try field["pretokenizers"].array() { parts.append(try read(part)) }
      return .sequence(parts)
    default: throw TokenizerFile.unsupported(type, "a pre-tokenizer of Hugging Face's tokenizers")
    }
  }

  /// `Metaspace` as a pre-tokenizer or decoder. Old files say `add_prefix_space` for the scheme.
  static func metaspace(_ field: JSONField) throws(LMError) -> Metaspace {
    var result = Metaspace(replacement: try codePoint(try field["replacement"]))
    if let scheme = try field.optional("prepend_scheme") {
      guard let known = Metaspace.PrependScheme(rawValue: try scheme.string()) else {
        throw scheme.unexpected("first, always or never")
      }
      result.prependScheme = known
    }
    if let adds = try field.optional("add_prefix_space"), try !adds.bool() {
      guard try field.optional("prepend_scheme") == nil || result.prependScheme == .never else {
        throw adds.failure("is false, which prepend_scheme contradicts", remedy: "remove one of the two")
      }
      result.prependScheme = .never
    }
    result.splits = try field.optional("split")?.bool() ?? true
    return result
  }

  /// A string of one code point.
  static func codePoint(_ field: JSONField) throws(LMError) -> String {
    let text = try field.string()
    guard text.unicodeScalars.count == 1 else { throw field.unexpected("one character") }
    return text
  }

  private static func behavior(_ field: JSONField?) throws(LMError) -> SplitBehavior? {
    guard let field else { return nil }
    guard let known = SplitBehavior(rawValue: try field.string()) else {
      throw field.unexpected("Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous")
    }
    return known
  }

  /// The member that describes a pre-tokenizer.
  static func document(_ preTokenizer: PreTokenizer) -> JSON {
    switch preTokenizer {
    case .none: nil
    case .byteLevel(let step): byteLevel(step)
    case .bert: ["type": "BertPreTokenizer"]
    case .whitespace: ["type": "Whitespace"]
    case .whitespaceSplit: ["type": "WhitespaceSplit"]
    case .punctuation(let behavior): ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
    case .digits(let individually): ["type": "Digits", "individual_digits": .bool(individually)]
    case .metaspace(let metaspace):
      [
        "type": "Metaspace", "replacement": .string(metaspace.replacement),
        "prepend_scheme": .string(metaspace.prependScheme.rawValue), "split": .bool(metaspace.splits),
      ]
    case .split(let pattern, let behavior, let isInverted):
      [
        "type": "Split", "pattern": PatternField.document(pattern), "behavior": .string(behavior.rawValue),
        "invert": .bool(isInverted),
      ]
    case .delimiter(let delimiter): ["type": "CharDelimiterSplit", "delimiter": .string(delimiter)]
    case .fixedLength(let length): ["type": "FixedLength", "length": .integer(length)]
    case .sequence(let parts): ["type": "Sequence", "pretokenizers": .array(parts.map(document))]
    }
  }

  /// `ByteLevel` as a pre-tokenizer, decoder or post-processor.
  static func byteLevel(_ step: ByteLevelStep, trimsOffsets: Bool = true) -> JSON {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(step.addsPrefixSpace),
      "trim_offsets": .bool(trimsOffsets),
      "use_regex": .bool(step.usesPattern),
    ]
  }
}
