/// A token that is found in the text before it is split, whatever the vocabulary would make of it.
public struct AddedToken: Sendable, Equatable {
  /// The text that is looked for.
  public let content: String
  /// Its id.
  public let id: Int32
  /// True for control tokens (`<|eos|>`), which ordinary text must not produce.
  public var isSpecial: Bool
  /// True where the token is looked for in the normalized text instead of the original.
  public var isNormalized: Bool
  /// True where white space before the token belongs to it.
  public var stripsLeft: Bool
  /// True where white space behind the token belongs to it.
  public var stripsRight: Bool
  /// True where the token counts only between non-word characters.
  public var isSingleWord: Bool

  /// Creates a token; without flags it is a special token that is found as it stands.
  public init(
    _ content: String, id: Int32, isSpecial: Bool = true, isNormalized: Bool = false,
    stripsLeft: Bool = false, stripsRight: Bool = false, isSingleWord: Bool = false
  ) {
    self.content = content
    self.id = id
    self.isSpecial = isSpecial
    self.isNormalized = isNormalized
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isSingleWord = isSingleWord
  }

  /// The same token with another id.
  func withID(_ id: Int32) -> AddedToken {
    AddedToken(
      content, id: id, isSpecial: isSpecial, isNormalized: isNormalized, stripsLeft: stripsLeft,
      stripsRight: stripsRight, isSingleWord: isSingleWord)
  }
}

/// What becomes of the text of a special token, such as `<|eos|>`, in a text to encode.
public enum SpecialTokenPolicy: Sendable {
  /// It is text like any other: the choice for what users and files say.
  case asText
  /// It becomes the special token: the choice for templates and for reference comparisons.
  case allowed
  /// It is an error: the choice where it may only be an attack or a mistake.
  case refuse
}
