/// A story grammar: tables of words, variables that stay bound for a whole story, and rules.
///
/// A story is what a `Walk` from the rule `story` writes. Every choice on the way is uniform among the
/// alternatives open at that moment, so a walk through choices of n₁, n₂ … alternatives has probability Π 1/nᵢ.
package struct Grammar: Sendable {
  package var language = Language.english
  package var tables: [Table] = []
  package var picks: [Pick] = []
  package var numbers: [Number] = []
  package var rules: [Rule] = []
  package var start = 0

  /// What depends on the language: number words and what stands between two sentences.
  package enum Language: String, Sendable {
    case english, chinese

    /// The bytes between two sentences of a paragraph.
    package var sentenceGap: [UInt8] { self == .english ? [0x20] : [] }
  }

  /// Rows of words; a column is one form of the word (name, pronoun, plural …).
  package struct Table: Sendable {
    package let name: String
    package let columns: [String]
    package var rows: [[String]]
  }

  /// A variable bound to one table row where it is first used, and to that row until the story ends.
  package struct Pick: Sendable {
    package let name: String
    package let table: Int
    /// Variables whose rows it may not take.
    package let unlike: [Int]
  }

  /// A variable bound to an integer in `low...high` where it is first used.
  package struct Number: Sendable {
    package let name: String
    package let low: Formula
    package let high: Formula
  }

  package struct Rule: Sendable {
    package let name: String
    package let body: Piece
  }
}

/// `constant + Σ ± Π variables`, for example `count*price-2`.
package struct Formula: Sendable, Hashable {
  package struct Term: Sendable, Hashable {
    package let factor: Int
    package let variables: [Int]
  }
  package let terms: [Term]

  package var variables: [Int] { terms.flatMap(\.variables) }

  package func value(of numbers: [Int?]) -> Int {
    terms.reduce(0) { sum, term in
      sum + term.variables.reduce(term.factor) { $0 * (numbers[$1] ?? 0) }
    }
  }
}

/// A piece of a phrase: what a rule is built from.
package indirect enum Piece: Sendable {
  case text([UInt8])
  case sequence([Piece])
  case choice([Alternative])
  case rule(Int)
  case field(pick: Int, column: Int)
  case number(Formula, NumberStyle)
  case mark(name: String, value: String)
  case gap(Gap)
  /// The next letter written is a capital.
  case capital
  /// "a " or "an ", as the next word asks.
  case article

  package struct Alternative: Sendable {
    package let guards: [Guard]
    package let body: Piece
  }

  /// A condition on what the story has fixed already.
  package struct Guard: Sendable {
    package let subject: Subject
    package let value: String
    package let isEqual: Bool

    package enum Subject: Sendable {
      case mark(String)
      case field(pick: Int, column: Int)
    }
  }

  /// What stands before the next text; the larger of two adjacent gaps wins, and none is written at the end.
  package enum Gap: Int, Sendable, Comparable {
    case none, sentence, paragraph
    package static func < (a: Gap, b: Gap) -> Bool { a.rawValue < b.rawValue }
  }
}

/// A fault in a grammar file, with its place and the remedy.
package struct GrammarError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
