import LMRuntime

/// Keeps a generated text inside a language: at every step exactly those tokens are allowed whose bytes keep the
/// text the beginning of a text of the language, and those that end it where it is complete.
///
///     var constraint = try TokenConstraint(grammar, TokenTrie(vocabulary))
///     try constraint.apply(to: logits)   // forbidden tokens get −∞
///     try constraint.accept(id)          // the token that was chosen
///
/// A value: copies go on from here each on its own, and share what was computed. ``Sampler`` does both calls for
/// the constraint in its settings.
public struct TokenConstraint: Sendable, Equatable {
  private let engine: ConstraintEngine
  private var position = ConstraintEngine.Position()

  /// A constraint at the beginning of a text.
  /// - Throws: ``LMError`` of kind `usage` where no token of the vocabulary ends a text.
  public init(_ grammar: Grammar, _ trie: TokenTrie) throws(LMError) {
    guard !trie.vocabulary.endIDs.isEmpty else {
      throw LMError(
        .usage, at: grammar.place, "the tokenizer has no token that ends a text",
        remedy: "add an end-of-text token to the tokenizer, or generate without a grammar")
    }
    engine = ConstraintEngine(grammar, trie)
  }

  /// True where both keep their texts inside the same language and have the same text so far.
  public static func == (left: TokenConstraint, right: TokenConstraint) -> Bool {
    left.engine === right.engine && left.position.text == right.position.text
      && left.position.isEnded == right.position.isEnded
  }

  /// The bytes of the tokens that were accepted.
  public var text: [UInt8] { position.text }

  /// True where the text is one of the language.
  /// - Throws: ``LMError`` where the grammar is too ambiguous to tell.
  public mutating func isComplete() throws(LMError) -> Bool { try engine.isComplete(&position) }

  /// Sets the scores of tokens that are not allowed to −∞.
  /// - Parameter logits: `[V]`; tokens beyond the vocabulary are not allowed.
  /// - Throws: ``LMError`` where nothing is allowed, or the grammar is too ambiguous to tell.
  /// - Complexity: O(V / 64 + forbidden tokens) where this place in the grammar is known; for a new one a pass
  ///   over the vocabulary at worst.
  public mutating func apply(to logits: UnsafeMutableBufferPointer<Float>) throws(LMError) {
    try mask().apply(to: logits)
  }

  /// The tokens that may follow, in ascending order.
  /// - Throws: ``LMError`` where there are none, or the grammar is too ambiguous to tell.
  public mutating func allowedIDs() throws(LMError) -> [Int32] { try mask().ids }

  private mutating func mask() throws(LMError) -> TokenMask {
    guard position.isEnded else { return try engine.mask(at: &position) }
    var ends = TokenMask(count: engine.trie.vocabulary.count)
    engine.trie.vocabulary.endIDs.forEach { ends.insert($0) }
    return ends
  }

  /// Moves behind a token.
  /// - Throws: ``LMError`` where it is not allowed here; the constraint is as before then.
  public mutating func accept(_ id: Int32) throws(LMError) {
    let isEnd = engine.trie.vocabulary.endIDs.contains(id)
    let bytes = engine.trie.vocabulary[id]
    var isAllowed = !position.isEnded && !bytes.isEmpty
    if isEnd { isAllowed = try position.isEnded ? true : isComplete() }
    guard isAllowed else {
      throw LMError(
        .usage, at: "token \(id)", "is not allowed here", remedy: "choose among the tokens that are allowed")
    }
    if isEnd { position.isEnded = true } else { try engine.append(bytes, to: &position) }
  }
}
