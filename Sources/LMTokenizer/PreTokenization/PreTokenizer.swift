/// How a normalized text is cut into pieces for the model: the pre-tokenizers of tokenizer.json.
package enum PreTokenizer: Sendable, Equatable {
  /// GPT-2's: a space in front, its pattern, and every byte as a character.
  case byteLevel(ByteLevelStep)
  /// White space goes, punctuation stands alone.
  case bert
  /// `\w+|[^\w\s]+`.
  case whitespace
  /// White space goes.
  case whitespaceSplit
  /// At punctuation and ASCII symbols.
  case punctuation(SplitBehavior)
  /// Numbers stand alone, as runs or one by one.
  case digits(individually: Bool)
  /// Spaces become U+2581, which begins pieces.
  case metaspace(Metaspace)
  /// At what a pattern matches, or, inverted, at what it does not.
  case split(TextPattern, SplitBehavior, isInverted: Bool)
  /// One code point is left out.
  case delimiter(String)
  /// A number of code points, at least 1, for each piece.
  case fixedLength(Int)
  /// One after the other, each on the pieces of the one before.
  case sequence([PreTokenizer])

  /// The whole text as one piece.
  package static let none = PreTokenizer.sequence([])

  /// The steps in their order, without sequences.
  var steps: [PreTokenizer] {
    if case .sequence(let parts) = self { return parts.flatMap(\.steps) }
    return [self]
  }
}

/// What `ByteLevel` does.
package struct ByteLevelStep: Sendable, Equatable {
  /// Puts a space in front of a piece that has none.
  package var addsPrefixSpace: Bool
  /// Splits by GPT-2's pattern.
  package var usesPattern: Bool

  /// The given choices.
  package init(addsPrefixSpace: Bool = false, usesPattern: Bool = true) {
    self.addsPrefixSpace = addsPrefixSpace
    self.usesPattern = usesPattern
  }
}

/// What `Metaspace` does.
package struct Metaspace: Sendable, Equatable {
  /// Which pieces get a mark in front where they have none.
  package enum PrependScheme: String, Sendable {
    /// Those that start at the beginning of the text.
    case first
    case never
    case always
  }

  /// What a space becomes, one code point.
  package let replacement: String
  /// Its bytes.
  let mark: [UInt8]
  package var prependScheme: PrependScheme
  /// Whether marks begin pieces.
  package var splits: Bool

  /// The given choices.
  package init(replacement: String = "\u{2581}", prependScheme: PrependScheme = .always, splits: Bool = true)
  {
    self.replacement = replacement
    mark = Array(replacement.utf8)
    self.prependScheme = prependScheme
    self.splits = splits
  }
}
