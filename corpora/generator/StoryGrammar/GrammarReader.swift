import Foundation

extension Grammar {
  /// Reads all `*.grammar` files of a folder, in the order of their names, as one grammar.
  ///
  /// The notation is described in `corpora/grammar/README.md`.
  package init(folder: URL) throws {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "grammar" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
    guard !files.isEmpty else { throw GrammarError("\(folder.path): no .grammar file; name another folder") }
    var reader = GrammarReader()
    for file in files {
      try reader.read(String(contentsOf: file, encoding: .utf8), file: file.lastPathComponent)
    }
    self = try reader.grammar()
  }

  /// Reads one grammar from its text.
  package init(text: String) throws(GrammarError) {
    var reader = GrammarReader()
    try reader.read(text, file: "grammar")
    self = try reader.grammar()
  }
}

/// Collects declarations line by line; phrases are parsed at the end, when every name is known.
struct GrammarReader {
  struct Line {
    let text: String
    let place: String
  }

  struct RawRule {
    let name: String
    /// Lines follow each other (`name =`) rather than exclude each other (`name:`).
    let isSequence: Bool
    var lines: [Line] = []
    let place: String
  }

  private var language = Grammar.Language.english
  private var tables: [Grammar.Table] = []
  private var picks: [(line: Line, name: String, value: String)] = []
  private var numbers: [(line: Line, name: String, value: String)] = []
  private var rules: [RawRule] = []
  private var isInTable = false

  mutating func read(_ text: String, file: String) throws(GrammarError) {
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = Line(text: raw.trimmingCharacters(in: .whitespaces), place: "\(file):\(index + 1)")
      if line.text.isEmpty || line.text.hasPrefix("#") { continue }
      if raw.hasPrefix(" ") {
        try add(line)
      } else {
        try declare(line)
      }
    }
  }

  /// An indented line belongs to the table or rule above it.
  private mutating func add(_ line: Line) throws(GrammarError) {
    if isInTable, let table = tables.indices.last {
      let cells = split(line.text, by: "|")
      guard cells.count == tables[table].columns.count else {
        throw GrammarError("\(line.place): \(cells.count) cells for \(tables[table].columns.count) columns")
      }
      tables[table].rows.append(cells)
    } else if let rule = rules.indices.last {
      rules[rule].lines.append(line)
    } else {
      throw GrammarError("\(line.place): an indented line with no table or rule above it")
    }
  }

  private mutating func declare(_ line: Line) throws(GrammarError) {
    isInTable = false
    guard line.text.hasPrefix("@") else {
      guard let sign = line.text.firstIndex(where: { ":=".contains($0) }) else {
        throw GrammarError("\(line.place): a rule begins with `name:` (one of) or `name =` (all in order)")
      }
      let name = line.text[..<sign].trimmingCharacters(in: .whitespaces)
      let rest = line.text[line.text.index(after: sign)...].trimmingCharacters(in: .whitespaces)
      rules.append(RawRule(name: name, isSequence: line.text[sign] == "=", place: line.place))
      if !rest.isEmpty { try add(Line(text: rest, place: line.place)) }
      return
    }
    let words = line.text.split(separator: " ", maxSplits: 1)
    let parts = split(words.count > 1 ? String(words[1]) : "", by: ":", limit: 1)
    switch (words[0], parts.count) {
    case ("@language", 1):
      guard let known = Grammar.Language(rawValue: parts[0]) else {
        throw GrammarError("\(line.place): unknown language \(parts[0]); use english or chinese")
      }
      language = known
    case ("@table", 2):
      tables.append(Grammar.Table(name: parts[0], columns: split(parts[1], by: " "), rows: []))
      isInTable = true
    case ("@pick", 2): picks.append((line, parts[0], parts[1]))
    case ("@number", 2): numbers.append((line, parts[0], parts[1]))
    default: throw GrammarError("\(line.place): cannot read \(line.text)")
    }
  }

  /// Resolves every name.
  func grammar() throws(GrammarError) -> Grammar {
    var symbols = Symbols(language: language, tables: tables)
    for pick in picks { try symbols.declare(pick: pick.name, pick.value, place: pick.line.place) }
    for number in numbers { try symbols.declare(number: number.name, number.value, place: number.line.place) }
    for (index, rule) in rules.enumerated() {
      guard symbols.rules.updateValue(index, forKey: rule.name) == nil else {
        throw GrammarError("\(rule.place): \(rule.name) is declared twice")
      }
    }
    guard let start = symbols.rules["story"] else { throw GrammarError("no rule is named story; add one") }
    var grammar = symbols.grammar
    grammar.start = start
    var used: Set<String> = ["story"]
    for rule in rules {
      grammar.rules.append(Grammar.Rule(name: rule.name, body: try body(of: rule, symbols, &used)))
    }
    let unused = rules.map(\.name).filter { !used.contains($0) }
    guard unused.isEmpty else {
      throw GrammarError("unused rules: \(unused.joined(separator: ", ")); remove them")
    }
    return grammar
  }

  private func body(
    of rule: RawRule, _ symbols: Symbols, _ used: inout Set<String>
  ) throws(GrammarError) -> Piece {
    var lines: [Piece.Alternative] = []
    for line in rule.lines {
      if rule.isSequence && line.text == "--" {
        lines.append(.init(guards: [], body: .gap(.paragraph)))
        continue
      }
      var phrase = PhraseReader(line.text, place: line.place, symbols: symbols)
      lines.append(try phrase.alternative())
      try phrase.expectEnd()
      used.formUnion(phrase.usedRules)
    }
    guard !lines.isEmpty else { throw GrammarError("\(rule.place): \(rule.name) has no lines; add one") }
    if !rule.isSequence { return lines.count == 1 ? lines[0].body : .choice(lines) }
    return .sequence(lines.flatMap { line in [.gap(.sentence), line.body] })
  }
}

/// The parts of `text` between separators, trimmed.
func split(_ text: String, by separator: Character, limit: Int = .max) -> [String] {
  text.split(separator: separator, maxSplits: limit, omittingEmptySubsequences: separator == " ")
    .map { $0.trimmingCharacters(in: .whitespaces) }
}
