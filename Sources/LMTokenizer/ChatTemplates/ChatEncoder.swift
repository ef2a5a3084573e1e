import LMRuntime

/// Encodes rendered chats so that nothing in a message becomes a control token.
///
///     let encoder = ChatEncoder(tokenizer, template)
///     let ids = try encoder.encode(try template.render(messages: messages))
///
/// Control tokens are the special tokens of the tokenizer, and those of its other added tokens that stand in the
/// template (`<tool_call>`). They are found where the template wrote all of their text. The text of one in a
/// message is encoded as any other text. Everything else is encoded as without marks.
public struct ChatEncoder: Sendable {
  private let tokenizer: Tokenizer
  private let controlTokens: AddedTokenMatcher
  /// Control tokens that the tokenizer itself would find in any text.
  private let unmarkedTokens: AddedTokenMatcher

  /// An encoder for chats that `template` has rendered.
  /// - Complexity: O(added tokens · length of the template).
  public init(_ tokenizer: Tokenizer, _ template: ChatTemplate) {
    self.tokenizer = tokenizer
    let control = tokenizer.addedTokens.filter { $0.isSpecial || template.writes($0.content) }
    controlTokens = AddedTokenMatcher(control)
    unmarkedTokens = AddedTokenMatcher(control.filter { !$0.isSpecial })
  }

  /// The ids of a chat. The tokenizer's own special tokens around a text are not added: templates write them.
  /// - Throws: ``LMError`` where the text has 2 GiB or more.
  /// - Complexity: As ``Tokenizer/encode(_:specials:addSpecialTokens:)``.
  public func encode(_ chat: RenderedChat) throws(LMError) -> [Int32] {
    var ids: [Int32] = []
    var plain: [UInt8] = []
    for span in chat.spans {
      let bytes = Array(span.text.utf8)
      var start = 0
      for match in span.isTrusted ? Self.matches(controlTokens, bytes) : [] {
        plain += bytes[start..<match.range.lowerBound]
        try encode(plain, into: &ids)
        plain = []
        ids.append(match.token.id)
        start = match.range.upperBound
      }
      plain += bytes[start...]
    }
    try encode(plain, into: &ids)
    return ids
  }

  /// Encodes text in which no control token may be found. One that is no special token is cut behind its first
  /// character, since the tokenizer would find it.
  private func encode(_ bytes: [UInt8], into ids: inout [Int32]) throws(LMError) {
    guard !bytes.isEmpty else { return }
    var cuts: [Int] = []
    for match in Self.matches(unmarkedTokens, bytes) {
      let width = match.token.content.unicodeScalars.first.map { String($0).utf8.count } ?? 1
      // White space around a token may belong to the match.
      let start = match.range.lowerBound + Self.space(before: match, in: bytes)
      cuts.append(start + width)
    }
    guard !cuts.isEmpty else {
      ids += try tokenizer.encode(bytes: bytes, specials: .asText, addSpecialTokens: false)
      return
    }
    var start = 0
    for cut in cuts + [bytes.count] where cut > start {
      try encode(Array(bytes[start..<cut]), into: &ids)
      start = cut
    }
  }

  private static func space(before match: AddedTokenMatcher.Match, in bytes: [UInt8]) -> Int {
    let content = Array(match.token.content.utf8)
    let found = match.range.first { bytes[$0...].starts(with: content) }
    return (found ?? match.range.lowerBound) - match.range.lowerBound
  }

  private static func matches(_ matcher: AddedTokenMatcher, _ bytes: [UInt8]) -> [AddedTokenMatcher.Match] {
    guard !matcher.isEmpty else { return [] }
    return bytes.withUnsafeBufferPointer { matcher.matches(in: TextCursor($0)) { _ in false } }
  }
}

extension ChatTemplate {
  /// True where `token`, which is not only white space, stands in a text of the template.
  func writes(_ token: String) -> Bool {
    let token = MarkedText(token)
    guard !token.strippedRange().isEmpty else { return false }
    return program.literals.contains { $0.firstIndex(of: token, in: 0..<$0.count) != nil }
  }
}
