/// A story being written: a deterministic program that stops wherever it needs a choice.
///
/// The teller answers each choice at random; the derivation counter copies the walk and answers it in
/// every way. Both run this one program, so what is told and what is measured cannot differ.
package struct Walk {
  package enum Event {
    case text([UInt8])
    /// `count` alternatives are open; continue with `take(index)`.
    case choice(count: Int)
    case end
  }

  private let grammar: Grammar
  private var stack: Frame?
  private var rows: [Int?]
  private var numbers: [Int?]
  private var marks: [String: String] = [:]
  private var question = Question.none
  private var gap = Piece.Gap.none
  private var wantsCapital = false
  private var wantsArticle = false
  private var hasText = false

  /// What the last `choice` event asked.
  private enum Question {
    case none
    case body([Piece])
    case row(pick: Int, [Int])
    case value(number: Int, low: Int)
  }

  /// An immutable list of what is still to be written; copies of a walk share it.
  private final class Frame {
    let piece: Piece
    let rest: Frame?
    init(_ piece: Piece, _ rest: Frame?) {
      self.piece = piece
      self.rest = rest
    }
  }

  package init(_ grammar: Grammar) {
    self.grammar = grammar
    stack = Frame(.rule(grammar.start), nil)
    rows = Array(repeating: nil, count: grammar.picks.count)
    numbers = Array(repeating: nil, count: grammar.numbers.count)
  }

  /// The value bound to the variable `name` so far, in its first column.
  package func value(of name: String) -> String? {
    guard let pick = grammar.picks.firstIndex(where: { $0.name == name }), let row = rows[pick] else {
      return nil
    }
    return grammar.tables[grammar.picks[pick].table].rows[row][0]
  }

  /// The value of the mark `name` so far.
  package func mark(_ name: String) -> String? { marks[name] }

  /// Runs to the next text, choice or the end of the story.
  package mutating func next() throws(GrammarError) -> Event {
    while let frame = stack {
      stack = frame.rest
      switch frame.piece {
      case .text(let bytes):
        if !bytes.isEmpty { return .text(dressed(bytes)) }
      case .sequence(let pieces):
        for piece in pieces.reversed() { stack = Frame(piece, stack) }
      case .rule(let index):
        stack = Frame(grammar.rules[index].body, stack)
      case .mark(let name, let value):
        marks[name] = value
      case .gap(let wider):
        gap = max(gap, wider)
      case .capital:
        wantsCapital = true
      case .article:
        wantsArticle = true
      case .choice(let alternatives):
        var open: [Piece] = []
        for alternative in alternatives where try holds(alternative.guards) { open.append(alternative.body) }
        guard !open.isEmpty else { throw GrammarError("a choice has no open alternative: \(alternatives)") }
        question = .body(open)
        return .choice(count: open.count)
      case .field(let pick, let column):
        guard let row = rows[pick] else {
          stack = frame
          return try ask(pick: pick)
        }
        return .text(dressed(Array(grammar.tables[grammar.picks[pick].table].rows[row][column].utf8)))
      case .number(let formula, let style):
        if let number = firstUnbound(formula) {
          stack = frame
          return try ask(number: number)
        }
        let value = formula.value(of: numbers)
        guard (0...999).contains(value) else {
          throw GrammarError("a formula has the value \(value), outside 0...999")
        }
        return .text(dressed(Array(grammar.language.words(value, style).utf8)))
      }
    }
    return .end
  }

  /// Answers the choice that `next` returned last.
  package mutating func take(_ index: Int) {
    switch question {
    case .none: preconditionFailure("take: no choice is open")
    case .body(let open): stack = Frame(open[index], stack)
    case .row(let pick, let open): rows[pick] = open[index]
    case .value(let number, let low): numbers[number] = low + index
    }
    question = .none
  }

  private mutating func ask(pick: Int) throws(GrammarError) -> Event {
    let declaration = grammar.picks[pick]
    let taken = declaration.unlike.compactMap { rows[$0] }
    let open = grammar.tables[declaration.table].rows.indices.filter { !taken.contains($0) }
    guard !open.isEmpty else { throw GrammarError("no row is left for \(declaration.name)") }
    question = .row(pick: pick, open)
    return .choice(count: open.count)
  }

  private mutating func ask(number: Int) throws(GrammarError) -> Event {
    let declaration = grammar.numbers[number]
    let low = declaration.low.value(of: numbers)
    let high = declaration.high.value(of: numbers)
    guard low <= high else {
      throw GrammarError("the range \(low)...\(high) of \(declaration.name) is empty")
    }
    question = .value(number: number, low: low)
    return .choice(count: high - low + 1)
  }

  /// The first variable to bind before `formula` has a value: the bounds of a number come before the number.
  private func firstUnbound(_ formula: Formula) -> Int? {
    for variable in formula.variables where numbers[variable] == nil {
      let declaration = grammar.numbers[variable]
      return firstUnbound(declaration.low) ?? firstUnbound(declaration.high) ?? variable
    }
    return nil
  }

  private func holds(_ guards: [Piece.Guard]) throws(GrammarError) -> Bool {
    for condition in guards {
      let actual: String
      switch condition.subject {
      case .mark(let name):
        actual = marks[name] ?? "unset"
      case .field(let pick, let column):
        guard let row = rows[pick] else {
          throw GrammarError("a guard asks for \(grammar.picks[pick].name) before the story has named it")
        }
        actual = grammar.tables[grammar.picks[pick].table].rows[row][column]
      }
      if (actual == condition.value) != condition.isEqual { return false }
    }
    return true
  }

  /// `bytes` with the gap, article and capital that wait for it.
  private mutating func dressed(_ bytes: [UInt8]) -> [UInt8] {
    var word = bytes
    if wantsArticle { word = (takesAn(bytes) ? Array("an ".utf8) : Array("a ".utf8)) + word }
    if wantsCapital, let first = word.first, (0x61...0x7A).contains(first) { word[0] = first - 0x20 }
    var before: [UInt8] = []
    if hasText {
      switch gap {
      case .none: break
      case .sentence: before = grammar.language.sentenceGap
      case .paragraph: before = [0x0A, 0x0A]
      }
    }
    (gap, wantsArticle, wantsCapital, hasText) = (.none, false, false, true)
    return before + word
  }
}

/// Whether the word that begins `bytes` is spoken with a vowel first.
private func takesAn(_ bytes: [UInt8]) -> Bool {
  let word = String(decoding: bytes.prefix(6), as: UTF8.self).lowercased()
  if ["hour", "hones"].contains(where: word.hasPrefix) { return true }
  if ["use", "uni", "one"].contains(where: word.hasPrefix) { return false }
  return word.first.map { "aeiou".contains($0) } ?? false
}
