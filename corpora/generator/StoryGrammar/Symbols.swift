/// The names a phrase may use, and the grammar they are declared in.
struct Symbols {
  private(set) var grammar: Grammar
  var rules: [String: Int] = [:]
  private var picks: [String: Int] = [:]
  private var numbers: [String: Int] = [:]

  init(language: Grammar.Language, tables: [Grammar.Table]) {
    grammar = Grammar()
    grammar.language = language
    grammar.tables = tables
  }

  /// `table`, `table unlike name …`, or the words themselves: `red | blue`.
  mutating func declare(pick name: String, _ value: String, place: String) throws(GrammarError) {
    guard picks[name] == nil else { throw GrammarError("\(place): \(name) is declared twice") }
    picks[name] = grammar.picks.count
    if value.contains("|") {
      let rows = split(value, by: "|").map { [$0] }
      grammar.tables.append(Grammar.Table(name: name, columns: ["name"], rows: rows))
      grammar.picks.append(Grammar.Pick(name: name, table: grammar.tables.count - 1, unlike: []))
      return
    }
    let words = split(value, by: " ")
    guard let table = grammar.tables.firstIndex(where: { $0.name == words.first }) else {
      throw GrammarError("\(place): no table for \(name): \(value)")
    }
    var unlike: [Int] = []
    for word in words.dropFirst(2) {
      guard words[1] == "unlike", let other = picks[word], grammar.picks[other].table == table else {
        throw GrammarError("\(place): \(word) is no earlier variable of the table \(words[0])")
      }
      unlike.append(other)
    }
    grammar.picks.append(Grammar.Pick(name: name, table: table, unlike: unlike))
  }

  /// `low...high`, both formulas of earlier numbers.
  mutating func declare(number name: String, _ value: String, place: String) throws(GrammarError) {
    let bounds = value.replacing("...", with: "…").split(separator: "…").map(String.init)
    guard numbers[name] == nil, bounds.count == 2, let low = formula(bounds[0]), let high = formula(bounds[1])
    else {
      throw GrammarError("\(place): cannot read \(value); write low...high, and each name once")
    }
    numbers[name] = grammar.numbers.count
    grammar.numbers.append(Grammar.Number(name: name, low: low, high: high))
  }

  /// A formula of integers and number variables with `+`, `-` and `*`, or nil.
  func formula(_ text: String) -> Formula? {
    let signed = text.filter { $0 != " " }.replacing("-", with: "+-")
    var terms: [Formula.Term] = []
    for term in signed.split(separator: "+") {
      var factor = term.hasPrefix("-") ? -1 : 1
      var variables: [Int] = []
      for name in term.drop(while: { $0 == "-" }).split(separator: "*") {
        if let value = Int(name) {
          factor *= value
        } else if let variable = numbers[String(name)] {
          variables.append(variable)
        } else {
          return nil
        }
      }
      terms.append(Formula.Term(factor: factor, variables: variables))
    }
    return terms.isEmpty ? nil : Formula(terms: terms)
  }

  /// The pick and column that `name` or `name.column` stands for, or nil.
  func field(_ text: String) -> (pick: Int, column: Int)? {
    let parts = text.split(separator: ".").map(String.init)
    guard let first = parts.first, let pick = picks[first], parts.count <= 2 else { return nil }
    if parts.count == 1 { return (pick, 0) }
    let columns = grammar.tables[grammar.picks[pick].table].columns
    return columns.firstIndex(of: parts[1]).map { (pick, $0) }
  }
}
