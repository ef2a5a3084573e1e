import LMRuntime

/// Reads a regular expression in the syntax of Oniguruma, as Hugging Face's tokenizers does.
///
/// What has no linear-time meaning here, or one that differs between engines, is refused by name.
struct PatternParser {
  /// Longest pattern, in scalars.
  static let lengthLimit = 16_384
  /// Most groups and classes inside each other.
  static let depthLimit = 64
  /// Largest number in `{n,m}`.
  static let repetitionLimit = 4_096

  /// Options of a group, as set by `(?im-im)`.
  struct Options {
    var ignoresCase = false
    var dotTakesLineFeed = false
  }

  let scalars: [Unicode.Scalar]
  var position = 0
  var depth = 0
  var options = Options()

  /// The tree of `pattern`.
  static func parse(_ pattern: String) throws(LMError) -> PatternNode {
    var parser = PatternParser(scalars: Array(pattern.unicodeScalars.prefix(lengthLimit + 1)))
    guard parser.scalars.count <= lengthLimit else {
      throw LMError(
        at: "pattern", "has over \(lengthLimit) characters", remedy: "use a pattern of a known tokenizer")
    }
    let node = try parser.alternatives()
    if parser.next != nil { throw parser.failure("an unmatched \")\"", remedy: "escape it") }
    return node
  }

  /// The next scalar, nil at the end.
  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  /// Moves on and returns true where the next scalars are those of `text`.
  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard position + wanted.count <= scalars.count,
      scalars[position..<position + wanted.count].elementsEqual(wanted)
    else { return false }
    position += wanted.count
    return true
  }

  /// An error at the current position (or at `offset`).
  func failure(_ problem: String, at offset: Int? = nil, remedy: String? = nil) -> LMError {
    LMError(
      at: "pattern, character \((offset ?? position) + 1)", "has \(problem)",
      remedy: remedy ?? "this is not supported: use an equivalent pattern without it")
  }

  /// Calls `body` one level deeper.
  mutating func nested<Result>(
    _ body: (inout PatternParser) throws(LMError) -> Result
  ) throws(LMError) -> Result {
    guard depth < Self.depthLimit else { throw failure("over \(Self.depthLimit) levels of nesting") }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  /// `a|b|c` up to the end of the pattern or of the group.
  mutating func alternatives() throws(LMError) -> PatternNode {
    var branches: [PatternNode] = []
    var branch: [PatternNode] = []
    while let scalar = next, scalar != ")" {
      if take("|") {
        branches.append(.sequence(branch))
        branch = []
      } else if let options = try inlineOptions() {
        // What follows is a group of its own, later branches included: a(?i)b|c is a(?i:b|c).
        branch.append(try group(with: options))
      } else {
        try appendTerm(to: &branch)
      }
    }
    if branches.isEmpty { return .sequence(branch) }
    return .alternatives(branches + [.sequence(branch)])
  }

  /// One term with its quantifiers.
  private mutating func appendTerm(to branch: inout [PatternNode]) throws(LMError) {
    let start = position
    guard var node = try atom() else { return }
    var quantifiers = 0
    while let quantifier = try quantifier() {
      quantifiers += 1
      guard quantifiers <= 2 else { throw failure("more than two quantifiers in a row", at: start) }
      node = try repeated(node, quantifier, from: start)
    }
    if quantifiers == 0, options.ignoresCase { try checkMultipleFolding(start, after: branch) }
    branch.append(node)
  }

  private mutating func group(with options: Options) throws(LMError) -> PatternNode {
    let outer = self.options
    self.options = options
    defer { self.options = outer }
    return try nested { parser throws(LMError) in try parser.alternatives() }
  }

  /// `(?i)`: nil, and nothing is read, where there is no such thing.
  private mutating func inlineOptions() throws(LMError) -> Options? {
    let start = position
    guard take("(?") else { return nil }
    if let options = try optionLetters(), take(")") { return options }
    position = start
    return nil
  }

  /// `im-im`: nil where no option letter is next.
  private mutating func optionLetters() throws(LMError) -> Options? {
    var result = options
    var value = true
    var count = 0
    while let scalar = next {
      switch scalar {
      case "i": result.ignoresCase = value
      case "m": result.dotTakesLineFeed = value
      case "-": value = false
      case ")", ":": return count > 0 ? result : nil
      case "x", "s", "a", "u", "W", "D", "S", "P", "C", "I", "L", "y":
        throw failure("the option \"\(scalar)\"")
      default: return nil
      }
      position += 1
      count += 1
    }
    return nil
  }

  /// One atom; nil for a comment.
  private mutating func atom() throws(LMError) -> PatternNode? {
    let start = position
    guard let scalar = next else { return nil }
    position += 1
    switch scalar {
    case "(": return try parenthesis(start)
    case "[": return .set(try characterClass(start))
    case ".": return .set(options.dotTakesLineFeed ? .everything : CodePointSet.lineFeed.inverted)
    case "^": return .boundary(.lineStart)
    case "$": return .boundary(.lineEnd)
    case "\\": return try escape(start)
    case "*", "+", "?": throw failure("\"\(scalar)\" with nothing to repeat", at: start, remedy: "escape it")
    default: return .set(try literal(scalar, at: start))
    }
  }

  private mutating func parenthesis(_ start: Int) throws(LMError) -> PatternNode? {
    if take("?#") {
      while let scalar = next, scalar != ")" { position += scalar == "\\" ? 2 : 1 }
      try close(start)
      return nil
    }
    for (opening, isAhead, isNegated) in [
      ("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true),
    ] where take(opening) {
      let body = try group(with: options)
      try close(start)
      guard let set = body.singleSet else { return .look(body, isAhead: isAhead, isNegated: isNegated) }
      return .boundary(.look(at: set, isAhead: isAhead, isNegated: isNegated))
    }
    if take("?>") {
      let body = try group(with: options)
      try close(start)
      return try atomic(body, from: start)
    }
    var inner = options
    if take("?<") {
      try groupName(start)
    } else if take("?"), !take(":") {
      guard let options = try optionLetters(), take(":") else {
        throw failure("a group of an unknown kind", at: start)
      }
      inner = options
    }
    let body = try group(with: inner)
    try close(start)
    return body
  }

  private mutating func close(_ start: Int) throws(LMError) {
    guard take(")") else { throw failure("\"(\" without \")\"", at: start, remedy: "close the group") }
  }

  private mutating func groupName(_ start: Int) throws(LMError) {
    let first = position
    while let scalar = next,
      scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    { position += 1 }
    guard position > first, take(">") else { throw failure("a group of an unknown kind", at: start) }
  }
}
