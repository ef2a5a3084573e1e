import LMRuntime

/// Cuts a template into text, tags and the tokens inside tags, with Jinja2's rules for white space:
/// `trim_blocks` (the line break behind `%}` and `#}` goes), `lstrip_blocks` (so do spaces between the start of
/// a line and `{%` or `{#`), and the signs `-` and `+` at either end of a tag.
struct TemplateLexer {
  let source: MarkedText
  var position = 0
  var line = 1
  var tokens: [TemplateToken] = []
  /// True where the text before `position` ends with a line break, or there is none.
  private var isAtLineStart = true
  private var brackets: [Unicode.Scalar] = []

  private init(_ source: String) {
    var symbols: [UInt32] = []
    for scalar in source.unicodeScalars.map(\.value) {
      if scalar == 0x0A, symbols.last == 0x0D { symbols.removeLast() }
      symbols.append(scalar)
    }
    symbols = symbols.map { $0 == 0x0D ? 0x0A : $0 }
    if symbols.last == 0x0A { symbols.removeLast() }
    self.source = MarkedText(symbols: symbols)
  }

  /// The tokens of `source`.
  /// - Throws: ``LMError`` with the line of the first fault.
  /// - Complexity: O(length).
  static func tokens(of source: String) throws(LMError) -> [TemplateToken] {
    var lexer = TemplateLexer(source)
    while let tag = lexer.nextTag() { try lexer.read(tag) }
    lexer.append(.data(lexer.source.part(lexer.position..<lexer.source.count)), unlessEmpty: true)
    lexer.advance(to: lexer.source.count)
    lexer.append(.end)
    return lexer.tokens
  }

  // MARK: - Between tags

  private enum Sign { case none, strip, keep }

  /// A tag's opening: where it starts, its second character, its sign, and where its content starts.
  private struct Tag {
    let start: Int
    let kind: Unicode.Scalar
    let sign: Sign
    let content: Int
  }

  private func nextTag() -> Tag? {
    var index = position
    while index + 1 < source.count {
      if source[index] == "{", let kind = Self.tagKinds.first(where: { at(index + 1, $0) }) {
        let sign = sign(at: index + 2)
        return Tag(start: index, kind: kind, sign: sign, content: index + (sign == .none ? 2 : 3))
      }
      index += 1
    }
    return nil
  }

  private static let tagKinds: [Unicode.Scalar] = ["{", "%", "#"]

  private func sign(at index: Int) -> Sign { at(index, "-") ? .strip : at(index, "+") ? .keep : .none }

  private mutating func read(_ tag: Tag) throws(LMError) {
    appendData(upTo: tag)
    advance(to: tag.content)
    switch tag.kind {
    case "#": try skipComment()
    case "{": try readInside(.variableBegin, .variableEnd)
    default:
      if let content = rawContent() {
        try readRaw(from: content)
      } else {
        try readInside(.blockBegin, .blockEnd)
      }
    }
  }

  /// Text up to a tag, without the white space that the tag takes away.
  private mutating func appendData(upTo tag: Tag) {
    var end = tag.start
    if tag.sign == .strip {
      while end > position, PythonCharacter.isSpace(source.scalar(end - 1)) { end -= 1 }
    } else if tag.sign == .none, tag.kind != "{" {
      var lineStart = end
      while lineStart > position, source.scalar(lineStart - 1) != 0x0A,
        PythonCharacter.isSpace(source.scalar(lineStart - 1))
      {
        lineStart -= 1
      }
      if lineStart > position ? source.scalar(lineStart - 1) == 0x0A : isAtLineStart { end = lineStart }
    }
    append(.data(source.part(position..<end)), unlessEmpty: true)
  }

  private mutating func skipComment() throws(LMError) {
    var index = position
    while index < source.count {
      if let end = closing("#", at: index) { return advance(to: end) }
      index += 1
    }
    throw failure("the comment is not closed", remedy: "close it with #}")
  }

  /// Where the content of `{% raw %}` starts, nil where the tag is another.
  private func rawContent() -> Int? {
    guard let name = wordEnd("raw", from: position) else { return nil }
    let index = skippedSpace(from: name)
    if at(index, "-"), at(index + 1, "%"), at(index + 2, "}") { return skippedSpace(from: index + 3) }
    return at(index, "%") && at(index + 1, "}") ? index + 2 : nil
  }

  private mutating func readRaw(from content: Int) throws(LMError) {
    advance(to: content)
    var index = content
    while index + 1 < source.count {
      if at(index, "{"), at(index + 1, "%") {
        let sign = sign(at: index + 2)
        let inner = index + (sign == .none ? 2 : 3)
        if let name = wordEnd("endraw", from: inner),
          let end = closing("%", at: skippedSpace(from: name))
        {
          appendData(upTo: Tag(start: index, kind: "%", sign: sign, content: inner))
          return advance(to: end)
        }
      }
      index += 1
    }
    throw failure("{% raw %} is not closed", remedy: "close it with {% endraw %}")
  }

  /// Where `word` ends behind white space at `index`.
  private func wordEnd(_ word: MarkedText, from index: Int) -> Int? {
    let start = skippedSpace(from: index)
    return source.matches(word.symbols[...], at: start) ? start + word.count : nil
  }

  /// Where the text behind a closing `%}` or `#}` at `index` starts; nil where none stands there.
  func closing(_ mark: Unicode.Scalar, at index: Int) -> Int? {
    switch sign(at: index) {
    case .none:
      guard at(index, mark), at(index + 1, "}") else { return nil }
      return at(index + 2, "\n") ? index + 3 : index + 2
    case .keep: return at(index + 1, mark) && at(index + 2, "}") ? index + 3 : nil
    case .strip:
      return at(index + 1, mark) && at(index + 2, "}") ? skippedSpace(from: index + 3) : nil
    }
  }

  // MARK: - Inside tags

  private mutating func readInside(_ begin: TemplateToken.Kind, _ end: TemplateToken.Kind) throws(LMError) {
    append(begin)
    brackets = []
    while true {
      if brackets.isEmpty, let next = ending(end) {
        append(end)
        return advance(to: next)
      }
      guard position < source.count else { return }
      if PythonCharacter.isSpace(source.scalar(position)) {
        advance(to: skippedSpace(from: position))
      } else {
        try readToken()
      }
    }
  }

  private func ending(_ end: TemplateToken.Kind) -> Int? {
    guard end == .variableEnd else { return closing("%", at: position) }
    if at(position, "-"), at(position + 1, "}"), at(position + 2, "}") {
      return skippedSpace(from: position + 3)
    }
    return at(position, "}") && at(position + 1, "}") ? position + 2 : nil
  }

  private mutating func readToken() throws(LMError) {
    let scalar = source[position]
    if try readNumber() { return }
    if PythonCharacter.isNamePart(scalar.value) { return try readName() }
    if scalar == "'" || scalar == "\"" { return try readString(quote: scalar) }
    for (symbol, text) in Self.symbols {
      guard source.matches(text.symbols[...], at: position) else { continue }
      try balance(scalar)
      append(.symbol(symbol))
      return advance(to: position + text.count)
    }
    throw failure("the character \(JSON.quoted(source.part(position..<position + 1).string)) is unexpected")
  }

  /// Operators and punctuation, the longer ones first.
  private static let symbols = TemplateToken.Symbol.allCases.map { ($0, MarkedText($0.rawValue)) }

  private mutating func balance(_ scalar: Unicode.Scalar) throws(LMError) {
    switch scalar {
    case "(": brackets.append(")")
    case "[": brackets.append("]")
    case "{": brackets.append("}")
    case ")", "]", "}":
      guard brackets.popLast() == scalar else {
        throw failure("'\(scalar)' closes no bracket")
      }
    default: break
    }
  }

  private mutating func readName() throws(LMError) {
    var end = position
    while end < source.count, PythonCharacter.isNamePart(source.scalar(end)) { end += 1 }
    let name = source.part(position..<end).string
    guard PythonCharacter.isNameStart(source.scalar(position)) else {
      throw failure("\(JSON.quoted(name)) is no name")
    }
    append(.name(name))
    advance(to: end)
  }

  // MARK: - Places

  /// True where `scalar` stands at `index`.
  func at(_ index: Int, _ scalar: Unicode.Scalar) -> Bool {
    index < source.count && source[index] == scalar
  }

  private func skippedSpace(from index: Int) -> Int {
    var index = index
    while index < source.count, PythonCharacter.isSpace(source.scalar(index)) { index += 1 }
    return index
  }

  /// Goes on at `next` and counts the lines up to there.
  mutating func advance(to next: Int) {
    if next > position { isAtLineStart = at(next - 1, "\n") }
    for index in position..<next where at(index, "\n") { line += 1 }
    position = next
  }

  mutating func append(_ kind: TemplateToken.Kind, unlessEmpty: Bool = false) {
    if unlessEmpty, kind == .data(MarkedText()) { return }
    tokens.append(TemplateToken(kind: kind, line: line))
  }

  /// An error at the current line.
  func failure(_ problem: String, remedy: String = "correct the template there") -> LMError {
    LMError(at: "chat template, line \(line)", problem, remedy: remedy)
  }
}
