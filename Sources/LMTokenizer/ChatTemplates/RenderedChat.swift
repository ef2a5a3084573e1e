/// The text of a chat, cut where it changes between what the template wrote and what stands in the messages.
public struct RenderedChat: Sendable, Equatable {
  /// A part by one author.
  public struct Span: Sendable, Equatable {
    /// The part's text; never empty.
    public let text: String
    /// True where the template wrote it, so that control tokens may stand in it; false where it comes from
    /// messages, tools or variables.
    public let isTrusted: Bool

    /// A part by one author.
    public init(_ text: String, isTrusted: Bool) {
      self.text = text
      self.isTrusted = isTrusted
    }
  }

  /// The parts in order; neighbours differ in ``Span/isTrusted``.
  public let spans: [Span]

  /// The whole text.
  public var text: String { spans.map(\.text).joined() }

  init(_ text: MarkedText) {
    var spans: [Span] = []
    var start = 0
    while start < text.count {
      let mark = text.symbols[start] & MarkedText.dataMark
      var end = start
      while end < text.count, text.symbols[end] & MarkedText.dataMark == mark { end += 1 }
      spans.append(Span(text.part(start..<end).string, isTrusted: mark == 0))
      start = end
    }
    self.spans = spans
  }
}
