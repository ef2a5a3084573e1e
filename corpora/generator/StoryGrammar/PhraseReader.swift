/// Parses one phrase: text with `(one|other)`, `[optional]`, `{name}` and `^` for a capital.
struct PhraseReader {
  private let characters: [Character]
  private let place: String
  private let symbols: Symbols
  private var position = 0
  /// Names of the rules that the phrase calls.
  private(set) var usedRules: Set<String> = []

  init(_ text: String, place: String, symbols: Symbols) {
    characters = Array(text)
    self.place = place
    self.symbols = symbols
  }

  /// `?name=value … phrase`
  mutating func alternative() throws(GrammarError) -> Piece.Alternative {
    var guards: [Piece.Guard] = []
    while take("?") { guards.append(try condition()) }
    return Piece.Alternative(guards: guards, body: try phrase())
  }

  mutating func expectEnd() throws(GrammarError) {
    guard position == characters.count else {
      throw GrammarError("\(place): unexpected \(characters[position]) at column \(position + 1)")
    }
  }

  private mutating func phrase() throws(GrammarError) -> Piece {
    var pieces: [Piece] = []
    var text = ""
    func flush() {
      if !text.isEmpty { pieces.append(.text(Array(text.utf8))) }
      text = ""
    }
    while position < characters.count, !"|)]".contains(characters[position]) {
      let character = characters[position]
      position += 1
      switch character {
      case "(":
        flush()
        pieces.append(.choice(try alternatives(until: ")")))
      case "[":
        flush()
        let inner = try alternatives(until: "]")
        let body = inner.count == 1 ? inner[0].body : .choice(inner)
        pieces.append(.choice([.init(guards: [], body: body), .init(guards: [], body: .sequence([]))]))
      case "^":
        flush()
        pieces.append(.capital)
      case "{":
        flush()
        pieces.append(try reference(until("}")))
      default:
        text.append(character)
      }
    }
    flush()
    return pieces.count == 1 ? pieces[0] : .sequence(pieces)
  }

  private mutating func alternatives(until close: Character) throws(GrammarError) -> [Piece.Alternative] {
    var result: [Piece.Alternative] = []
    repeat { result.append(try alternative()) } while take("|")
    guard take(close) else { throw GrammarError("\(place): \(close) is missing; close the bracket") }
    return result
  }

  /// A name in braces: `a`, a mark `name=value`, a variable, a formula, or a rule; declared names
  /// are lower-case, so that `{He}` is `{he}` with a capital.
  private mutating func reference(_ name: String) throws(GrammarError) -> Piece {
    if name == "a" || name == "A" {
      _ = take(" ")
      return name == "a" ? .article : .sequence([.capital, .article])
    }
    if let piece = named(name) { return piece }
    let parts = split(name, by: "=")
    if parts.count == 2 { return .mark(name: parts[0], value: parts[1]) }
    if let piece = named(name.lowercased()) { return .sequence([.capital, piece]) }
    throw GrammarError("\(place): {\(name)} is no variable, number, mark or rule; declare it")
  }

  private mutating func named(_ name: String) -> Piece? {
    if let field = symbols.field(name) { return .field(pick: field.pick, column: field.column) }
    let parts = split(name, by: ":")
    if let formula = symbols.formula(parts[0]) {
      return .number(formula, parts.count == 2 && parts[1] == "counting" ? .counting : .plain)
    }
    guard let rule = symbols.rules[name] else { return nil }
    usedRules.insert(name)
    return .rule(rule)
  }

  private mutating func condition() throws(GrammarError) -> Piece.Guard {
    let text = until(" ")
    let isEqual = !text.contains("!=")
    let parts = split(text.replacing("!=", with: "="), by: "=")
    guard parts.count == 2 else { throw GrammarError("\(place): cannot read the guard ?\(text)") }
    if let field = symbols.field(parts[0]) {
      return .init(subject: .field(pick: field.pick, column: field.column), value: parts[1], isEqual: isEqual)
    }
    return .init(subject: .mark(parts[0]), value: parts[1], isEqual: isEqual)
  }

  /// The text up to `stop`, which is passed over.
  private mutating func until(_ stop: Character) -> String {
    let start = position
    while position < characters.count, characters[position] != stop { position += 1 }
    let text = String(characters[start..<position])
    position = min(position + 1, characters.count)
    return text
  }

  private mutating func take(_ character: Character) -> Bool {
    guard position < characters.count, characters[position] == character else { return false }
    position += 1
    return true
  }
}
