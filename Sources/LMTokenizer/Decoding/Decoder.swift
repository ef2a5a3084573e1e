/// How tokens become text: the decoders of tokenizer.json.
package enum Decoder: Sendable, Equatable {
  /// The characters of all tokens are bytes; a token with any other character is its own text.
  case byteLevel
  /// Tokens without the prefix follow a space. `cleansUp` removes spaces before punctuation inside a token.
  case wordPiece(prefix: String, cleansUp: Bool)
  /// The mark is a space, and nothing in the first token where `dropsFirst`.
  case metaspace(replacement: String, dropsFirst: Bool)
  /// Runs of `<0xNN>` are bytes; a run that is no UTF-8 is a U+FFFD for every byte.
  case byteFallback
  /// All tokens become one.
  case fuse
  /// Removes up to `start` and `stop` of the code point `content` at the ends of every token.
  case strip(content: String, start: Int, stop: Int)
  /// Replaces matches inside every token.
  case replace(TextPattern, String)
  /// The suffix is a space, and nothing in the last token.
  case bpe(suffix: String)
  /// Repeated tokens count once, padding is nothing, the delimiter is a space.
  case ctc(padding: String, delimiter: String, cleansUp: Bool)
  /// One after the other, each on the tokens of the one before.
  case sequence([Decoder])

  /// The steps in their order, without sequences.
  var steps: [Decoder] {
    if case .sequence(let parts) = self { return parts.flatMap(\.steps) }
    return [self]
  }

  /// What `cleanup` of the decoders WordPiece and CTC does to a token, in this order.
  static func cleanedToken(_ token: [UInt8]) -> [UInt8] {
    replaced(token, tokenReplacements)
  }

  /// What transformers' `clean_up_tokenization_spaces` does to a text, in this order.
  static func cleanedText(_ text: [UInt8]) -> [UInt8] { replaced(text, textReplacements) }

  private static func replaced(_ text: [UInt8], _ replacements: [(TextPattern, [UInt8])]) -> [UInt8] {
    guard text.contains(0x20) else { return text }
    return replacements.reduce(text) { $1.0.replacing(in: $0, with: $1.1) }
  }

  private static let tokenReplacements = replacements([
    " .", " ?", " !", " ,", " ' ", " n't", " 'm", " do not", " 's", " 've", " 're",
  ])
  private static let textReplacements = replacements([
    " .", " ?", " !", " ,", " ' ", " n't", " 'm", " 's", " 've", " 're",
  ])

  private static func replacements(_ patterns: [String]) -> [(TextPattern, [UInt8])] {
    patterns.map { pattern in
      let plain = pattern == " ' " ? "'" : pattern == " do not" ? " don't" : String(pattern.dropFirst())
      return (TextPattern(pattern), Array(plain.utf8))
    }
  }
}
