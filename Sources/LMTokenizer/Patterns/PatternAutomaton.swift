/// A deterministic automaton over the symbols of a pattern: one table look-up per character.
///
/// A state is a list of the program's instructions in the order of their priority, as in Pike's machine;
/// `(state, symbol)` gives the next state and says whether a match ends *before* that symbol. Knowing the
/// symbol behind a position is what makes `(?!\S)`, `$` and `\b` free. Once a match ends, what has lower
/// priority is dropped, so the last end seen is the one that a backtracking engine finds.
final class PatternAutomaton: @unchecked Sendable {
  /// `row << 1 | 1 where a match ends before the symbol`; row 0 is where nothing can match any more.
  let table: UnsafeMutablePointer<UInt32>
  /// The row of the start state for each class of the character before the start.
  let startRows: [Int]
  /// The class of each symbol, as conditions on the character before a position tell symbols apart.
  let beforeClasses: [UInt8]
  /// Number of symbols; a row has this many columns for every combination of look-around results.
  let symbolCount: Int
  /// Number of states.
  let stateCount: Int

  init(rows: [UInt32], startRows: [Int], beforeClasses: [UInt8], columns: Int) {
    table = .allocate(capacity: rows.count)
    table.initialize(from: rows, count: rows.count)
    self.startRows = startRows
    self.beforeClasses = beforeClasses
    symbolCount = beforeClasses.count
    stateCount = rows.count / columns
  }

  deinit { table.deallocate() }

  /// True where the start state depends on the character before the start.
  var dependsOnBefore: Bool { startRows.count > 1 }
}
