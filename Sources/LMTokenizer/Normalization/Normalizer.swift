import LMRuntime

/// What is done to a text before it is split: the normalizers of tokenizer.json.
package enum Normalizer: Sendable, Equatable {
  /// One of Unicode's normalization forms.
  case unicode(UnicodeForm)
  /// Removes marks (which stand alone after NFD or NFKD).
  case stripAccents
  /// Lower case, code point by code point: Σ becomes σ wherever it stands.
  case lowercase
  /// BERT's cleaning.
  case bert(BertNormalizer)
  /// The map of characters inside a SentencePiece model.
  case precompiled(CharacterMap)
  /// All that sentencepiece does.
  case sentencePiece(SentencePieceNormalizer)
  /// A text in front of one that is not empty.
  case prepend(String)
  /// Every match becomes another text.
  case replace(TextPattern, String)
  /// Removes white space at the ends.
  case strip(left: Bool, right: Bool)
  /// The control characters and spaces of Google's neural machine translation.
  case nmt
  /// Every byte as its character in the byte-level alphabet.
  case byteLevel
  /// One after the other.
  case sequence([Normalizer])

  /// Nothing.
  package static let none = Normalizer.sequence([])
  /// Canonical composition (Unicode normalization form C).
  package static let canonicalComposition = Normalizer.unicode(.nfc)

  /// The steps in their order, without sequences.
  package var steps: [Normalizer] {
    if case .sequence(let parts) = self { return parts.flatMap(\.steps) }
    return [self]
  }

  /// Applies the steps.
  /// - Parameters:
  ///   - text: A text, or the part of one between added tokens.
  ///   - origins: Where the bytes of `text` come from, where the origins of the result are wanted.
  /// - Complexity: O(bytes) for each step, O(n log n) in the length n of a run of combining marks.
  package func normalize(
    _ text: TextCursor, origins: [TextRewriter.Origin]? = nil
  ) -> TextRewriter.Result {
    var bytes: [UInt8]?
    var origins = origins
    var keepsStart = true
    for step in steps {
      let result = withText(text, bytes) { step.apply($0, origins) }
      bytes = result.bytes ?? bytes
      origins = result.origins
      keepsStart = keepsStart && result.keepsStart
    }
    return TextRewriter.Result(bytes: bytes, origins: origins, keepsStart: keepsStart)
  }

  private func withText(
    _ text: TextCursor, _ bytes: [UInt8]?, _ body: (TextCursor) -> TextRewriter.Result
  ) -> TextRewriter.Result {
    guard let bytes else { return body(text) }
    return bytes.withUnsafeBufferPointer { body(TextCursor($0)) }
  }

  private func apply(_ text: TextCursor, _ origins: [TextRewriter.Origin]?) -> TextRewriter.Result {
    var output = TextRewriter(text, origins: origins)
    switch self {
    case .unicode(let form): form.normalize(&output)
    case .stripAccents: Self.stripAccents(&output)
    case .lowercase: Lowercase.normalize(&output)
    case .bert(let options): options.normalize(&output)
    case .precompiled(let map): map.normalize(&output)
    case .sentencePiece(let normalizer): normalizer.normalize(&output)
    case .prepend(let prefix): Self.prepend(prefix, &output)
    case .replace(let pattern, let content): pattern.replace(with: Array(content.utf8), &output)
    case .strip(let left, let right): Self.strip(left, right, &output)
    case .nmt: NMTNormalizer.normalize(&output)
    case .byteLevel: ByteLevelAlphabet.map(&output)
    case .sequence: output.keep(0..<text.count)
    }
    return output.finish()
  }

  /// The normalized form of `text`.
  func normalized(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { normalize(TextCursor($0)).bytes } ?? bytes
  }

  private static func prepend(_ prefix: String, _ output: inout TextRewriter) {
    let text = output.input
    guard text.count > 0 else { return }
    output.emit(Array(prefix.utf8), for: 0..<text.codePoint(0).length)
    output.keep(0..<text.count)
  }

  private static func strip(_ left: Bool, _ right: Bool, _ output: inout TextRewriter) {
    let text = output.input
    let start = left ? text.endOfRun(0, of: CodePointClass.space.rawValue) : 0
    let end = right ? text.startOfSpace(before: text.count, notBefore: start) : text.count
    output.keep(start..<max(start, end))
  }

  private static func stripAccents(_ output: inout TextRewriter) {
    let text = output.input
    var kept = 0
    var index = 0
    while index < text.count {
      if text.bytes[index] < 0x80 {
        index = text.endOfASCII(index)
        continue
      }
      let (codePoint, length) = text.codePoint(index)
      if ReferenceClass.of(codePoint).contains(.mark) {
        output.keep(kept..<index)
        kept = index + length
      }
      index += length
    }
    output.keep(kept..<text.count)
  }
}

/// Lower case, code point by code point.
enum Lowercase {
  static func normalize(_ output: inout TextRewriter) {
    let text = output.input
    var kept = 0
    var index = 0
    while index < text.count {
      let byte = text.bytes[index]
      if byte < 0x80 {
        if byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") {
          output.keep(kept..<index)
          output.emit(byte | 0x20, for: index..<index + 1)
          kept = index + 1
        }
        index &+= 1
        continue
      }
      let (codePoint, length) = text.codePoint(index)
      if codePoint != TextCursor.invalid, let lower = UnicodeData.lowercase(UInt32(codePoint)) {
        output.keep(kept..<index)
        output.emit(codePoint: lower, for: index..<index + length)
        // U+0130 is the only letter whose lower case is two code points.
        if codePoint == 0x130 { output.emit(codePoint: 0x307, for: index..<index + length) }
        kept = index + length
      }
      index += length
    }
    output.keep(kept..<text.count)
  }
}

/// What sentencepiece's rule "nmt" does to control characters and spaces.
enum NMTNormalizer {
  static func normalize(_ output: inout TextRewriter) {
    let text = output.input
    var index = 0
    while index < text.count {
      let (codePoint, length) = text.codePoint(index)
      switch codePoint {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
        output.emit(0x20, for: index..<index + length)
      default: output.keep(index..<index + length)
      }
      index += length
    }
  }
}
