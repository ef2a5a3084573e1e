import LMRuntime

/// A regular expression for splitting text, matched in time linear in the text.
///
///     let matcher = try PatternMatcher(#"\p{N}{1,3}| ?\p{L}+|\s+(?!\S)|\s+"#)
///     var scan = PatternScan(matcher, text)
///     while let range = scan.next() { … }
///
/// Syntax and meaning are those of Oniguruma, which Hugging Face's tokenizers uses: leftmost match, first
/// alternative that leads to one. `\p{…}` follows Unicode 16. A byte that belongs to no well-formed UTF-8
/// sequence is one character, in no property and so in every negated one.
///
/// Supported: literals and escapes, `.`, classes with ranges, negation, nesting and `&&`; `\s \d \w \p{…}` of
/// general categories and scripts, and their complements; groups, `(?i)` and `(?m)` for all or a part;
/// greedy and lazy quantifiers; possessive ones and atomic groups of one set; `^ $ \A \z \Z \b \B`;
/// look-ahead and look-behind of any (regular) content. Back-references, `\G`, `\K`, `\X`, `\R`, conditionals
/// and recursion are refused by name.
///
/// A pattern becomes a deterministic automaton when it is read (Rabin and Scott, 1959; priorities as in Pike's
/// machine), so that no text can make it slow; one whose automaton is too large is refused.
package struct PatternMatcher: Sendable {
  /// A look-around of more than one character; its automaton reads the text from one end to the other.
  struct Look: Sendable {
    let automaton: PatternAutomaton
    let isAhead: Bool
  }

  let symbols: SymbolTable
  /// The symbol of the ends of the text.
  let edge: Int
  let automaton: PatternAutomaton
  let looks: [Look]

  init(symbols: SymbolTable, edge: Int, automaton: PatternAutomaton, looks: [Look]) {
    self.symbols = symbols
    self.edge = edge
    self.automaton = automaton
    self.looks = looks
  }

  /// Compiles `pattern`.
  /// - Throws: ``LMError`` that names the character where something is malformed or not supported.
  /// - Complexity: O(symbols · states), at most about a third of a second and 8 MiB.
  package init(_ pattern: String) throws(LMError) {
    self = try PatternCompiler.matcher(try PatternParser.parse(pattern))
  }

  /// The first match that begins at `start` (a boundary between characters) or behind it; it may be empty.
  ///
  /// To go through all matches of a text use ``PatternScan``, which keeps what it learns about the text.
  /// - Complexity: O(bytes up to the end of the match); O(bytes of the text) for patterns with long look-around.
  package func nextMatch(in text: TextCursor, from start: Int) -> Range<Int>? {
    var scan = PatternScan(self, text)
    return scan.match(from: start)
  }

  /// Number of states of the automaton.
  package var stateCount: Int { automaton.stateCount }
}
