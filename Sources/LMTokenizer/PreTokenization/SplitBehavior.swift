/// What becomes of the parts of a text that a pattern matches.
package enum SplitBehavior: String, Sendable {
  /// They are left out.
  case removed = "Removed"
  /// Each is a piece of its own.
  case isolated = "Isolated"
  /// Each belongs to the piece before it; of several in a row only the first.
  case mergedWithPrevious = "MergedWithPrevious"
  /// Each belongs to the piece behind it; of several in a row only the last.
  case mergedWithNext = "MergedWithNext"
  /// Those in a row are one piece.
  case contiguous = "Contiguous"
}

/// Joins the parts that a pattern gives to pieces, one part at a time.
struct PieceJoiner {
  private let behavior: SplitBehavior
  /// What may still grow.
  private var held: Range<Int>?
  private var heldIsMatch = false

  init(_ behavior: SplitBehavior) { self.behavior = behavior }

  /// Takes the next part, which starts where the last one ended.
  @inline(__always) mutating func add(_ part: Range<Int>, isMatch: Bool, _ body: (Range<Int>) -> Void) {
    switch behavior {
    case .isolated: if !part.isEmpty { body(part) }
    case .removed: if !isMatch, !part.isEmpty { body(part) }
    case .contiguous, .mergedWithPrevious, .mergedWithNext:
      if let held {
        let joins =
          switch behavior {
          case .contiguous: isMatch == heldIsMatch
          case .mergedWithPrevious: isMatch && !heldIsMatch
          default: heldIsMatch && !isMatch
          }
        if joins {
          self.held = held.lowerBound..<part.upperBound
          heldIsMatch = isMatch
          return
        }
        if !held.isEmpty { body(held) }
      }
      held = part
      heldIsMatch = isMatch
    }
  }

  /// Gives what is still held.
  mutating func finish(_ body: (Range<Int>) -> Void) {
    if let held, !held.isEmpty { body(held) }
    held = nil
  }
}
