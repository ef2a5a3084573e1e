import LMRuntime

/// `normalizer`.
enum NormalizerField {
  /// The normalizer that a member describes; nothing where it is absent.
  static func read(_ field: JSONField?) throws(LMError) -> Normalizer {
    guard let field else { return .none }
    let type = try field["type"]
    switch try type.string() {
    case "NFC": return .unicode(.nfc)
    case "NFD": return .unicode(.nfd)
    case "NFKC": return .unicode(.nfkc)
    case "NFKD": return .unicode(.nfkd)
    case "StripAccents": return .stripAccents
    case "Lowercase": return .lowercase
    case "Nmt": return .nmt
    case "ByteLevel": return .byteLevel
    case "BertNormalizer": return .bert(try bert(field))
    case "Prepend": return .prepend(try field["prepend"].string())
    case "Replace":
      return .replace(try PatternField.read(try field["pattern"]), try field["content"].string())
    case "Strip":
      return .strip(
        left: try field.optional("strip_left")?.bool() ?? true,
        right: try field.optional("strip_right")?.bool() ?? true)
    case "Precompiled": return try precompiled(field)
    case "Sequence":
      var parts: [Normalizer] = []
      for part in try field["normalizers"].array() { parts.append(try read(part)) }
      return .sequence(parts)
    default: throw TokenizerFile.unsupported(type, "a normalizer of Hugging Face's tokenizers")
    }
  }

  private static func bert(_ field: JSONField) throws(LMError) -> BertNormalizer {
    BertNormalizer(
      cleansText: try field.optional("clean_text")?.bool() ?? true,
      separatesChinese: try field.optional("handle_chinese_chars")?.bool() ?? true,
      stripsAccents: try field.optional("strip_accents")?.bool(),
      lowercases: try field.optional("lowercase")?.bool() ?? true)
  }

  /// A model without normalization has an empty map, or none.
  private static func precompiled(_ field: JSONField) throws(LMError) -> Normalizer {
    guard let map = try field.optional("precompiled_charsmap"), case let text = try map.string(),
      !text.isEmpty
    else { return .none }
    guard let blob = Base64.decode(Array(text.utf8)) else {
      throw map.failure("is no base 64", remedy: "use the file as published")
    }
    do {
      return .precompiled(try CharacterMap(blob, at: "precompiled_charsmap"))
    } catch {
      throw map.failure(error.problem, remedy: error.remedy)
    }
  }

  /// The member that describes a normalizer.
  static func document(_ normalizer: Normalizer) -> JSON {
    switch normalizer {
    case .none: nil
    case .unicode(.nfc): ["type": "NFC"]
    case .unicode(.nfd): ["type": "NFD"]
    case .unicode(.nfkc): ["type": "NFKC"]
    case .unicode(.nfkd): ["type": "NFKD"]
    case .stripAccents: ["type": "StripAccents"]
    case .lowercase: ["type": "Lowercase"]
    case .nmt: ["type": "Nmt"]
    case .byteLevel: ["type": "ByteLevel"]
    case .bert(let options):
      [
        "type": "BertNormalizer", "clean_text": .bool(options.cleansText),
        "handle_chinese_chars": .bool(options.separatesChinese),
        "strip_accents": options.stripsAccents.map { .bool($0) } ?? nil,
        "lowercase": .bool(options.lowercases),
      ]
    case .prepend(let prefix): ["type": "Prepend", "prepend": .string(prefix)]
    case .replace(let pattern, let content):
      ["type": "Replace", "pattern": PatternField.document(pattern), "content": .string(content)]
    case .strip(let left, let right):
      ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    case .precompiled(let map):
      ["type": "Precompiled", "precompiled_charsmap": .string(Base64.encode(map.blob))]
    case .sentencePiece(let normalizer): document(.sequence(normalizer.steps))
    case .sequence(let parts): ["type": "Sequence", "normalizers": .array(parts.map(document))]
    }
  }
}

/// `{"String": …}` or `{"Regex": …}`.
enum PatternField {
  /// The pattern that a member describes.
  static func read(_ field: JSONField) throws(LMError) -> TextPattern {
    if let text = try field.optional("String") { return TextPattern(try text.string()) }
    let regex = try field["Regex"]
    do {
      return try TextPattern(regex: try regex.string())
    } catch {
      throw regex.failure("is \(regex.value.text()): \(error.problem)", remedy: error.remedy)
    }
  }

  /// The member that describes a pattern.
  static func document(_ pattern: TextPattern) -> JSON {
    switch pattern.source {
    case .text(let text): ["String": .string(text)]
    case .regex(let regex): ["Regex": .string(regex)]
    }
  }
}
