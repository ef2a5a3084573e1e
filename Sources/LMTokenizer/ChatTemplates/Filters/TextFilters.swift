import LMRuntime

extension TemplateEvaluator {
  /// The filters that make a text (or count its words).
  func applyToText(
    _ filter: TemplateFilter, _ value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    let name = filter.rawValue
    switch filter {
    case .tojson: return .text(try json(value, arguments))
    case .format:
      guard arguments.positional.isEmpty || arguments.named.isEmpty else {
        throw failure("'format' takes positional or named arguments, not both")
      }
      let named =
        arguments.named.map { ($0.name, $0.value) }.map { (.text(MarkedText($0.0)), $0.1) }
        as [(TemplateValue, TemplateValue)]
      let values: TemplateValue =
        named.isEmpty ? .tuple(try list(arguments.positional)) : .mapping(try mapping(named))
      return .text(try percentFormat(try text(value), values))
    case .replace:
      let values = try arguments.values(["old", "new", "count"], required: 2, of: name, self)
      let limit = values[2].flatMap { isNull($0) ? nil : $0 }
      return .text(
        try replacing(
          try text(value), try text(values[0] ?? .null), try text(values[1] ?? .null),
          limit: try integer(limit, or: -1, of: name)))
    case .trim:
      let set = try arguments.values(["chars"], of: name, self)[0]
      let text = try text(value)
      try allocate(text.count)
      guard let set, !isNull(set) else { return .text(text.stripped()) }
      return .text(text.stripped(of: try argumentText(set, of: name)))
    case .indent: return .text(try indented(value, arguments))
    case .center:
      let values = try arguments.values(["width"], of: name, self)
      return .text(try centered(try text(value), try integer(values[0], or: 80, of: name)))
    case .truncate: return try truncated(value, arguments)
    default:
      _ = try arguments.values([], of: name, self)
      let text = try text(value)
      try allocate(text.count)
      if filter != .safe, filter != .string { try study(text.count) }
      return try changed(text, filter)
    }
  }

  /// The filters of a text without arguments.
  private func changed(_ text: MarkedText, _ filter: TemplateFilter) throws(LMError) -> TemplateValue {
    switch filter {
    case .upper: .text(text.uppercased)
    case .lower: .text(text.lowercased)
    case .capitalize: .text(text.capitalized)
    case .title: .text(text.wordsCapitalized)
    case .wordcount: .integer(text.wordCount)
    case .e, .escape, .forceescape: .text(try escaped(text))
    case .striptags: .text(text.withoutTags)
    default: .text(text)
    }
  }

  /// `&`, `<`, `>` and quotes as HTML writes them.
  private func escaped(_ text: MarkedText) throws(LMError) -> MarkedText {
    try allocate(4 * text.count)
    var result = MarkedText()
    for (index, symbol) in text.symbols.enumerated() {
      switch text[index] {
      case "&": result.append("&amp;", like: symbol)
      case "<": result.append("&lt;", like: symbol)
      case ">": result.append("&gt;", like: symbol)
      case "'": result.append("&#39;", like: symbol)
      case "\"": result.append("&#34;", like: symbol)
      default: result.append(symbol: symbol)
      }
    }
    return result
  }

  private func indented(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> MarkedText
  {
    let values = try arguments.values(["width", "first", "blank"], of: "indent", self)
    guard case .text(let text) = value else { throw unsuitable(value, for: "'indent'") }
    let indentation: MarkedText
    if case .text(let given)? = values[0] {
      indentation = given
    } else {
      indentation = try repeated(" ", try integer(values[0], or: 4, of: "indent"))
    }
    let indentsBlank = values[2]?.isTrue ?? false
    var result = MarkedText()
    for (position, line) in (text + "\n").lines().enumerated() {
      let isFirst = position == 0
      let isIndented = isFirst ? values[1]?.isTrue ?? false : indentsBlank || !line.isEmpty
      try allocate(line.count + 1 + (isIndented ? indentation.count : 0))
      if !isFirst { result.append("\n") }
      if isIndented { result.append(indentation) }
      result.append(line)
    }
    return result
  }

  private func truncated(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError)
    -> TemplateValue
  {
    let values = try arguments.values(["length", "killwords", "end", "leeway"], of: "truncate", self)
    let count = try self.length(value)
    let length = try integer(values[0], or: 255, of: "truncate")
    let end = try values[2].map { value throws(LMError) in try argumentText(value, of: "truncate") } ?? "..."
    var leeway = 5
    if let given = values[3], given.asInteger != nil { leeway = try integer(given, or: 5, of: "truncate") }
    guard length >= end.count, leeway >= 0 else {
      throw failure("'truncate' has a length below that of its end, or a negative leeway")
    }
    if count - leeway <= length { return value }
    guard case .text(let text) = value else { throw unsuitable(value, for: "'truncate'") }
    let head = text.part(0..<length - end.count)
    if values[1]?.isTrue ?? false { return .text(head + end) }
    return .text(head.splitFromEnd(by: " ", limit: 1)[0] + end)
  }
}

extension MarkedText {
  /// What Jinja2's `title` gives: words begin behind white space, `-`, `(`, `{`, `[` and `<`.
  var wordsCapitalized: MarkedText {
    var result = MarkedText()
    var start = 0
    func isBorder(_ index: Int) -> Bool {
      PythonCharacter.isSpace(scalar(index)) || "-({[<".unicodeScalars.contains(self[index])
    }
    while start < count {
      var end = start + 1
      while end < count, isBorder(end) == isBorder(start) { end += 1 }
      result.append(part(start..<start + 1).uppercased)
      result.append(part(start + 1..<end).lowercased)
      start = end
    }
    return result
  }

  /// The number of runs of letters, digits and underscores.
  var wordCount: Int {
    var result = 0
    var isInWord = false
    for symbol in symbols {
      let scalar = symbol & Self.scalarMask
      let isPart = scalar == 0x5F || PythonCharacter.isAlphanumeric(scalar)
      if isPart, !isInWord { result += 1 }
      isInWord = isPart
    }
    return result
  }

  /// The text without what looks like tags and comments of HTML, white space as single spaces.
  var withoutTags: MarkedText {
    var kept = MarkedText()
    var index = 0
    while index < count {
      if self[index] == "<" {
        let isComment = matches(MarkedText("<!--").symbols[...], at: index)
        let closing: MarkedText = isComment ? "-->" : ">"
        if let end = firstIndex(of: closing, in: index..<count) {
          index = end + closing.count
          continue
        }
        kept.append(contentsOf: symbols[index...])
        break
      }
      kept.append(symbol: symbols[index])
      index += 1
    }
    var result = MarkedText()
    for (position, word) in kept.words().enumerated() {
      if position > 0 { result.append(" ") }
      result.append(word)
    }
    return result
  }
}
