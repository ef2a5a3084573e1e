/// Where the look-arounds of a pattern hold in a text.
enum LookResults {
  /// Marks a byte at which no character begins; there are fewer symbols.
  private static let inside: UInt8 = 0xFF

  /// Bit k of element i says whether look-around k holds at byte i; the last element is the end of the text.
  /// - Complexity: O(bytes · look-arounds) in time, two bytes for each byte in memory.
  static func of(_ matcher: PatternMatcher, _ text: TextCursor) -> [UInt8] {
    var symbols = Array(repeating: inside, count: text.count)
    var index = 0
    while index < text.count {
      let (symbol, length) = matcher.symbols.symbol(at: index, in: text)
      symbols[index] = UInt8(truncatingIfNeeded: symbol)
      index += length
    }
    var results = Array(repeating: UInt8(0), count: text.count + 1)
    for (number, look) in matcher.looks.enumerated() {
      let automaton = look.automaton
      var row = automaton.startRows[Int(automaton.beforeClasses[matcher.edge])]
      func step(at index: Int, _ symbol: Int) {
        // So far the element has only bits of look-arounds with lower numbers.
        let entry = automaton.table[row + symbol + automaton.symbolCount * Int(results[index])]
        if entry & 1 != 0 { results[index] |= 1 << UInt8(number) }
        row = Int(entry >> 1)
      }
      if look.isAhead {
        var index = text.count
        for start in stride(from: text.count - 1, through: 0, by: -1) where symbols[start] != inside {
          step(at: index, Int(symbols[start]))
          index = start
        }
        step(at: 0, matcher.edge)
      } else {
        for start in symbols.indices where symbols[start] != inside { step(at: start, Int(symbols[start])) }
        step(at: text.count, matcher.edge)
      }
    }
    return results
  }
}
