/// The matches of a pattern in a text, from left to right.
///
/// The text must stay valid while the scan is used.
package struct PatternScan {
  /// How far a run reads beyond its last match before it looks for what other runs have found out.
  private static let patience = 64
  private static let blockBits = 6

  private let matcher: PatternMatcher
  private let text: TextCursor
  private let table: UnsafeMutablePointer<UInt32>
  /// Results of look-arounds, a bit for each, at every position; empty where the pattern has none.
  private let looks: [UInt8]
  private var nextStart = 0
  private var lastEnd = -1
  /// Pairs of state and position from which no match ends: `row << 40 | position`.
  ///
  /// A run that read far beyond its match leaves them behind, a pair for each 64 bytes, and a later run that
  /// comes to one stops. So each state reads each part of the text once (Reps, "Maximal-munch
  /// tokenization in linear time", 1998).
  private var dead: Set<UInt64> = []

  /// The matches of `matcher` in `text`.
  package init(_ matcher: PatternMatcher, _ text: TextCursor) {
    self.matcher = matcher
    self.text = text
    table = matcher.automaton.table
    looks = matcher.looks.isEmpty ? [] : LookResults.of(matcher, text)
  }

  /// The next match, nil at the end.
  ///
  /// A match may be empty, but not where the previous one ended; then the search goes on one character
  /// further, as in the iterators of Oniguruma and Rust.
  package mutating func next() -> Range<Int>? {
    while nextStart <= text.count, let range = match(from: nextStart) {
      if range.isEmpty, range.lowerBound == lastEnd {
        nextStart += length(at: nextStart)
        continue
      }
      nextStart = range.upperBound
      lastEnd = range.upperBound
      return range
    }
    nextStart = text.count + 1
    return nil
  }

  /// The first match that begins at `start` or behind it.
  package mutating func match(from start: Int) -> Range<Int>? {
    var start = start
    let skips = looks.isEmpty && !matcher.automaton.dependsOnBefore
    while start <= text.count {
      if skips { start = firstCandidate(from: start) }
      let end = run(from: start)
      if end >= 0 { return start..<end }
      start += length(at: start)
    }
    return nil
  }

  /// The length of the character at `index`, 1 at the end of the text.
  private func length(at index: Int) -> Int {
    index < text.count ? matcher.symbols.symbol(at: index, in: text).length : 1
  }

  /// The first position from `index` on that is not an ASCII character with which no match begins.
  @inline(__always) private func firstCandidate(from index: Int) -> Int {
    let row = table + matcher.automaton.startRows[0]
    var index = index
    while index < text.count, text.bytes[index] < 0x80,
      row[Int(matcher.symbols.values[Int(text.bytes[index])])] == 0
    { index += 1 }
    return index
  }

  /// The row of the start state at `index`.
  @inline(__always) private func startRow(at index: Int) -> Int {
    let automaton = matcher.automaton
    if !automaton.dependsOnBefore { return automaton.startRows[0] }
    let before = index == 0 ? matcher.edge : matcher.symbols.symbol(before: index, in: text)
    return automaton.startRows[Int(automaton.beforeClasses[before])]
  }

  /// The table's entry for the state of `row` and a symbol at `index`.
  @inline(__always) private func entry(_ row: Int, _ symbol: Int, at index: Int) -> UInt32 {
    if looks.isEmpty { return table[row &+ symbol] }
    return table[row &+ symbol &+ matcher.automaton.symbolCount &* Int(looks[index])]
  }

  /// The end of the match that begins at `start`, -1 where there is none.
  @inline(__always) private mutating func run(from start: Int) -> Int {
    var row = startRow(at: start)
    var index = start
    var end = -1
    var stop = min(text.count, start &+ Self.patience)
    while true {
      while index < stop {
        let (symbol, length) = matcher.symbols.symbol(at: index, in: text)
        let entry = entry(row, symbol, at: index)
        if entry & 1 != 0 { end = index }
        row = Int(entry >> 1)
        if row == 0 { return end }
        index &+= length
      }
      if index >= text.count { break }
      stop = min(text.count, max(end, start) &+ Self.patience)
      if index >= stop { return runFar(row, index, end) }
    }
    return entry(row, matcher.edge, at: index) & 1 != 0 ? index : end
  }

  /// ``run(from:)`` from `index` on, far behind the last match, with a look at ``dead``.
  @inline(never) private mutating func runFar(_ row: Int, _ index: Int, _ end: Int) -> Int {
    var (row, index, end) = (row, index, end)
    var passed: [UInt64] = []
    var block = index >> Self.blockBits
    while row != 0, index < text.count {
      if index >> Self.blockBits != block {
        block = index >> Self.blockBits
        let pair = UInt64(row) << 40 | UInt64(index)
        if dead.contains(pair) { break }
        passed.append(pair)
      }
      let (symbol, length) = matcher.symbols.symbol(at: index, in: text)
      let entry = entry(row, symbol, at: index)
      if entry & 1 != 0 {
        end = index
        passed.removeAll(keepingCapacity: true)
      }
      row = Int(entry >> 1)
      index += length
    }
    if row != 0, index >= text.count, entry(row, matcher.edge, at: index) & 1 != 0 { return index }
    // Only a pattern of thousands of states can have more of them; then memory goes before time.
    if dead.count > 1 << 20 + text.count >> Self.blockBits { dead.removeAll() }
    dead.formUnion(passed)
    return end
  }
}
