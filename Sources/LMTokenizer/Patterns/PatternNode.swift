/// The syntax tree of a pattern.
indirect enum PatternNode {
  /// Matches without taking anything.
  case empty
  /// One character of a set.
  case set(CodePointSet)
  /// One after the other.
  case sequence([PatternNode])
  /// The first that leads to a match, in this order.
  case alternatives([PatternNode])
  /// At least `minimum`, at most `maximum` times (nil: any number), as many as possible or as few.
  case repeated(PatternNode, minimum: Int, maximum: Int?, isLazy: Bool)
  /// A position between two characters that the condition allows.
  case boundary(BoundaryCondition)
  /// A position from which (or up to which) the body matches, or does not.
  case look(PatternNode, isAhead: Bool, isNegated: Bool)

  /// True where the node can match without taking a character.
  var canBeEmpty: Bool {
    switch self {
    case .empty, .boundary, .look: true
    case .set: false
    case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
    case .alternatives(let parts): parts.contains(where: \.canBeEmpty)
    case .repeated(let body, let minimum, _, _): minimum == 0 || body.canBeEmpty
    }
  }

  /// The characters that the node stands for where it takes exactly one, nil otherwise.
  var singleSet: CodePointSet? {
    switch self {
    case .set(let set): return set
    case .sequence(let parts): return parts.count == 1 ? parts[0].singleSet : nil
    case .alternatives(let parts):
      var result = CodePointSet()
      for part in parts {
        guard let set = part.singleSet else { return nil }
        result = result.union(set)
      }
      return result
    case .repeated(let body, 1, 1, _): return body.singleSet
    default: return nil
    }
  }

  /// The node that matches the same texts read from right to left.
  var reversed: PatternNode {
    switch self {
    case .empty, .set, .look: self
    case .sequence(let parts): .sequence(parts.reversed().map(\.reversed))
    case .alternatives(let parts): .alternatives(parts.map(\.reversed))
    case .repeated(let body, let minimum, let maximum, let isLazy):
      .repeated(body.reversed, minimum: minimum, maximum: maximum, isLazy: isLazy)
    case .boundary(let condition): .boundary(condition.reversed)
    }
  }

  /// Calls `body` with every set of the tree, those of conditions included.
  func forEachSet(_ body: (CodePointSet) -> Void) {
    switch self {
    case .empty: break
    case .set(let set): body(set)
    case .sequence(let parts), .alternatives(let parts): for part in parts { part.forEachSet(body) }
    case .repeated(let inner, _, _, _), .look(let inner, _, _): inner.forEachSet(body)
    case .boundary(let condition):
      for choice in condition.choices {
        body(choice.before)
        body(choice.after)
      }
    }
  }
}

/// What must stand before and behind a position: one of the choices must hold. The ends of the text count
/// as the character ``CodePointSet/edge``.
struct BoundaryCondition {
  struct Choice {
    var before = CodePointSet.everythingAndEdge
    var after = CodePointSet.everythingAndEdge
  }

  var choices: [Choice]

  init(_ choices: Choice...) { self.choices = choices }

  var reversed: BoundaryCondition {
    var result = self
    result.choices = choices.map { Choice(before: $0.after, after: $0.before) }
    return result
  }

  private static let textEdge = CodePointSet([CodePointSet.edge...CodePointSet.edge])
  private static let edgeOrLineFeed = textEdge.union(.lineFeed)
  private static let noWord = CodePointSet.word.invertedWithEdge

  /// `\A`.
  static let textStart = BoundaryCondition(Choice(before: textEdge))
  /// `\z`.
  static let textEnd = BoundaryCondition(Choice(after: textEdge))
  /// `^` of Oniguruma: at the start, and behind a line feed that is not the end.
  static let lineStart = BoundaryCondition(
    Choice(before: textEdge), Choice(before: .lineFeed, after: .everything))
  /// `$` of Oniguruma: at the end and before any line feed.
  static let lineEnd = BoundaryCondition(Choice(after: edgeOrLineFeed))
  /// `\b`.
  static let wordBoundary = BoundaryCondition(
    Choice(before: .word, after: noWord), Choice(before: noWord, after: .word))
  /// `\B`.
  static let noWordBoundary = BoundaryCondition(
    Choice(before: .word, after: .word), Choice(before: noWord, after: noWord))

  /// A look at one character: `(?=set)`, `(?!set)`, `(?<=set)`, `(?<!set)`.
  static func look(at set: CodePointSet, isAhead: Bool, isNegated: Bool) -> BoundaryCondition {
    let set = isNegated ? set.invertedWithEdge : set
    return BoundaryCondition(isAhead ? Choice(after: set) : Choice(before: set))
  }
}
