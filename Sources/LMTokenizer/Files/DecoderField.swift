import LMRuntime

/// `decoder`.
enum DecoderField {
  /// The decoder that a member describes, nil where it is absent.
  static func read(_ field: JSONField?) throws(LMError) -> Decoder? {
    guard let field else { return nil }
    let type = try field["type"]
    switch try type.string() {
    case "ByteLevel": return .byteLevel
    case "WordPiece":
      return .wordPiece(
        prefix: try field.optional("prefix")?.string() ?? "##",
        cleansUp: try field.optional("cleanup")?.bool() ?? true)
    case "Metaspace":
      let metaspace = try PreTokenizerField.metaspace(field)
      return .metaspace(replacement: metaspace.replacement, dropsFirst: metaspace.prependScheme != .never)
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Strip":
      return .strip(
        content: try PreTokenizerField.codePoint(try field["content"]),
        start: try field["start"].integer(in: 0...Int(Int32.max)),
        stop: try field["stop"].integer(in: 0...Int(Int32.max)))
    case "Replace":
      return .replace(try PatternField.read(try field["pattern"]), try field["content"].string())
    case "BPEDecoder": return .bpe(suffix: try field.optional("suffix")?.string() ?? "</w>")
    case "CTC":
      return .ctc(
        padding: try field["pad_token"].string(), delimiter: try field["word_delimiter_token"].string(),
        cleansUp: try field.optional("cleanup")?.bool() ?? true)
    case "Sequence":
      var parts: [Decoder] = []
      for part in try field["decoders"].array() {
        if let part = try read(part) { parts.append(part) }
      }
      return .sequence(parts)
    default: throw TokenizerFile.unsupported(type, "a decoder of Hugging Face's tokenizers")
    }
  }

  /// The member that describes a decoder.
  static func document(_ decoder: Decoder?) -> JSON {
    guard let decoder else { return nil }
    switch decoder {
    case .byteLevel: return PreTokenizerField.byteLevel(ByteLevelStep())
    case .wordPiece(let prefix, let cleansUp):
      return ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleansUp)]
    case .metaspace(let replacement, let dropsFirst):
      return [
        "type": "Metaspace", "replacement": .string(replacement),
        "prepend_scheme": dropsFirst ? "always" : "never", "split": true,
      ]
    case .byteFallback: return ["type": "ByteFallback"]
    case .fuse: return ["type": "Fuse"]
    case .strip(let content, let start, let stop):
      return ["type": "Strip", "content": .string(content), "start": .integer(start), "stop": .integer(stop)]
    case .replace(let pattern, let content):
      return ["type": "Replace", "pattern": PatternField.document(pattern), "content": .string(content)]
    case .bpe(let suffix): return ["type": "BPEDecoder", "suffix": .string(suffix)]
    case .ctc(let padding, let delimiter, let cleansUp):
      return [
        "type": "CTC", "pad_token": .string(padding), "word_delimiter_token": .string(delimiter),
        "cleanup": .bool(cleansUp),
      ]
    case .sequence(let parts): return ["type": "Sequence", "decoders": .array(parts.map { document($0) })]
    }
  }
}
