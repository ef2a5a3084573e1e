import LMRuntime

/// Reads llama.cpp's grammar notation.
struct GBNFParser {
  typealias Expression = GrammarRules.Expression

  let scalars: [Unicode.Scalar]
  var position = 0
  var grammar: GrammarRules
  private var indices: [String: Int] = [:]
  /// Rules that are used so far, with the position of the first use.
  private var uses: [Int: Int] = [:]
  private var defined: Set<Int> = []
  private var depth = 0

  /// A parser at the beginning of `text`; `place` is what errors call it.
  init(_ text: String, from place: String) {
    scalars = Array(text.unicodeScalars)
    grammar = GrammarRules(place: place)
  }

  /// Reads all rules.
  /// - Throws: ``LMError`` with line and column of the first fault.
  mutating func parse() throws(LMError) -> GrammarRules {
    skipSpace(acrossLines: true)
    while position < scalars.count { try parseRule() }
    for (index, place) in uses.sorted(by: { $0.value < $1.value }) where !defined.contains(index) {
      throw failure(
        "the rule \"\(grammar.rules[index].name)\" is not defined", at: place,
        remedy: "write \(grammar.rules[index].name) ::= …")
    }
    guard let root = indices["root"], defined.contains(root) else {
      throw LMError(
        at: grammar.place, "has no rule \"root\"", remedy: "write root ::= … for the whole text")
    }
    grammar.root = root
    return grammar
  }

  private mutating func parseRule() throws(LMError) {
    let start = position
    guard let name = readName() else { throw unexpected("a rule's name") }
    skipSpace(acrossLines: false)
    guard scalars[position...].starts(with: "::=".unicodeScalars) else {
      throw unexpected("::= after the name \"\(name)\"")
    }
    position += 3
    let index = try self.index(of: name, at: start)
    guard defined.insert(index).inserted else {
      throw failure(
        "the rule \"\(name)\" is defined twice", at: start, remedy: "join the two with | or rename one")
    }
    skipSpace(acrossLines: true)
    grammar.rules[index] = .init(
      name: name, expression: try parseChoice(isNested: false), location: location(start))
    skipSpace(acrossLines: true)
  }

  /// Alternatives up to the end of the rule or of the group.
  mutating func parseChoice(isNested: Bool) throws(LMError) -> Expression {
    var alternatives = [try parseSequence(isNested: isNested)]
    while continuesChoice(isNested: isNested) {
      position += 1
      skipSpace(acrossLines: true)
      alternatives.append(try parseSequence(isNested: isNested))
    }
    if !isNested, position < scalars.count, !isNewline(scalars[position]) {
      throw unexpected("the end of the rule")
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  /// Moves to a `|` that goes on, which may stand at the beginning of the next line.
  private mutating func continuesChoice(isNested: Bool) -> Bool {
    let start = position
    skipSpace(acrossLines: true)
    if next == "|" { return true }
    if !isNested { position = start }
    return false
  }

  private mutating func parseSequence(isNested: Bool) throws(LMError) -> Expression {
    var parts: [Expression] = []
    while true {
      skipSpace(acrossLines: isNested)
      guard let symbol = try parseSymbol() else { break }
      parts.append(try parseRepetitions(of: symbol))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// The next literal, class, rule or group; nil where the sequence ends.
  private mutating func parseSymbol() throws(LMError) -> Expression? {
    switch next {
    case "\"": return try parseLiteral()
    case "[": return try parseClass()
    case ".":
      position += 1
      return .characters(.all)
    case "(": return try parseGroup()
    default:
      let start = position
      guard let name = readName() else { return nil }
      let index = try self.index(of: name, at: start)
      if uses[index] == nil { uses[index] = start }
      return .rule(index)
    }
  }

  private mutating func parseGroup() throws(LMError) -> Expression {
    let start = position
    depth += 1
    defer { depth -= 1 }
    guard depth <= GrammarRules.depthLimit else {
      throw failure(
        "more than \(GrammarRules.depthLimit) groups inside each other", at: start,
        remedy: "give inner groups rules of their own")
    }
    position += 1
    skipSpace(acrossLines: true)
    let expression = try parseChoice(isNested: true)
    guard next == ")" else { throw unexpected("| or ) of the group at \(location(start))") }
    position += 1
    return expression
  }

  // MARK: Repetitions

  private mutating func parseRepetitions(of symbol: Expression) throws(LMError) -> Expression {
    var result = symbol
    var count = 0
    while let (minimum, maximum) = try parseRepetition() {
      count += 1
      guard count <= 8 else {
        throw failure("more than 8 repetitions of one symbol", at: position, remedy: "use one of them")
      }
      result = .repetition(result, minimum: minimum, maximum: maximum)
    }
    return result
  }

  private mutating func parseRepetition() throws(LMError) -> (Int, Int?)? {
    switch next {
    case "*": position += 1; return (0, nil)
    case "+": position += 1; return (1, nil)
    case "?": position += 1; return (0, 1)
    case "{": return try parseBounds()
    default: return nil
    }
  }

  private mutating func parseBounds() throws(LMError) -> (Int, Int?) {
    let start = position
    position += 1
    skipSpace(acrossLines: false)
    let minimum = try readNumber()
    skipSpace(acrossLines: false)
    var maximum: Int? = minimum
    if next == "," {
      position += 1
      skipSpace(acrossLines: false)
      maximum = next == "}" ? nil : try readNumber()
      skipSpace(acrossLines: false)
    }
    guard next == "}" else { throw unexpected("} of a repetition {m}, {m,} or {m,n}") }
    position += 1
    if let maximum, maximum < minimum {
      throw failure(
        "the repetition {\(minimum),\(maximum)} has bounds in the wrong order", at: start,
        remedy: "write {\(maximum),\(minimum)}")
    }
    return (minimum, maximum)
  }

  private mutating func readNumber() throws(LMError) -> Int {
    let start = position
    while position < scalars.count, ("0"..."9").contains(scalars[position]) { position += 1 }
    guard position > start else { throw unexpected("a number of repetitions") }
    let digits = scalars[start..<position].map { Int($0.value) - 48 }
    guard digits.count <= 9 else {
      throw failure("a number of repetitions beyond 999,999,999", at: start, remedy: "use a smaller one")
    }
    return digits.reduce(0) { $0 * 10 + $1 }
  }

  // MARK: Words and space

  /// The next scalar, nil at the end.
  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func readName() -> String? {
    let start = position
    while let scalar = next, Self.isWord(scalar) { position += 1 }
    guard position > start else { return nil }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: scalars[start..<position])
    return String(name)
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
      || scalar == "-" || scalar == "_"
  }

  private mutating func index(of name: String, at start: Int) throws(LMError) -> Int {
    if let index = indices[name] { return index }
    let index = try grammar.append(name, at: location(start))
    indices[name] = index
    return index
  }

  /// Moves over blanks and comments, and over ends of lines where they mean nothing.
  mutating func skipSpace(acrossLines: Bool) {
    while let scalar = next {
      if scalar == "#" {
        while let scalar = next, !isNewline(scalar) { position += 1 }
      } else if scalar == " " || scalar == "\t" || (acrossLines && isNewline(scalar)) {
        position += 1
      } else {
        return
      }
    }
  }

  private func isNewline(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

  // MARK: Errors

  /// "line 3, column 5" of a position, both counted from 1.
  func location(_ position: Int) -> String {
    let before = scalars[..<position]
    let line = before.reduce(1) { $1 == "\n" ? $0 + 1 : $0 }
    let start = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
    return "line \(line), column \(position - start + 1)"
  }

  /// An error at `position`.
  func failure(_ problem: String, at position: Int, remedy: String) -> LMError {
    LMError(at: "\(grammar.place), \(location(position))", problem, remedy: remedy)
  }

  /// An error here: something else than `expected` follows.
  func unexpected(_ expected: String) -> LMError {
    let found = next.map { isNewline($0) ? "the end of the line" : JSON.quoted(String($0)) } ?? "the end"
    return failure(
      "\(found) stands where \(expected) is expected", at: position,
      remedy: "see llama.cpp's grammars/README.md for the notation")
  }
}
