import LMRuntime

/// What masked language modelling asks of a tokenizer.
extension Tokenizer {
  /// The id of the mask: `mask_token` of tokenizer_config.json, else `[MASK]` or `<mask>`; nil without one.
  public var maskID: Int32? {
    var names = ["[MASK]", "<mask>"]
    switch configuration["mask_token"] {
    case .string(let name)?: names.insert(name, at: 0)
    case .object(let object)?:
      if case .string(let name)? = object["content"] { names.insert(name, at: 0) }
    default: break
    }
    for name in names {
      if let id = id(name), isSpecial(id) { return id }
    }
    return nil
  }

  /// Whether a token goes on with the word of the token before it: `##ing` of WordPiece; elsewhere a token that
  /// begins with a letter or digit, and not with a space (or `▁`).
  public func continuesWord(_ id: Int32) -> Bool {
    guard !isSpecial(id), let stored = storedBytes(id) else { return false }
    switch model {
    case .wordPiece(let model): return stored.starts(with: model.continuingPrefix.utf8)
    case .wordLevel: return false
    case .byteLevel, .characters, .unigram:
      guard let first = stored.first, !stored.starts(with: "\u{2581}".utf8) else { return false }
      return first >= 0x80 || (0x30...0x39).contains(first) || (0x41...0x5A).contains(first & 0xDF)
    }
  }
}
