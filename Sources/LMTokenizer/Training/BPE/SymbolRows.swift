import LMRuntime

/// The distinct words of a corpus as rows of tokens in one flat block, in which tokens grow together in place.
///
/// A token of a merge takes the places of all that it was made of: its id stands in the first, and in its second
/// and its last place stands −n for the n places that it takes. So the tokens before and behind any other are one
/// look away, and a place that begins no token is negative. A border stands before, between and behind words; it
/// is the largest id, which no token has.
package struct SymbolRows: ~Copyable {
  private static let border = Int32.max
  /// Most places; lists of places then fit 32 bits.
  static let sizeLimit = 1 << 30

  private var symbols: TokenBuffer
  /// Where each word starts, and where the next one would.
  private var starts: TokenBuffer
  private var counts: [Int64] = []
  /// A word at or before each 16th place.
  private var wordOfBlock: TokenBuffer
  /// Number of neighbours in all words.
  private(set) var pairCount = 0

  /// No rows, with room for words of so many tokens in all.
  package init(reserving words: Int = 0, tokens: Int = 0) {
    symbols = TokenBuffer(reserving: tokens + words + 1)
    starts = TokenBuffer(reserving: words + 1)
    wordOfBlock = TokenBuffer(reserving: (tokens + words) / 16 + 2)
    counts.reserveCapacity(words)
    symbols.append(Self.border)
    starts.append(1)
    wordOfBlock.append(0)
  }

  /// The rows of counted words.
  /// - Parameter tokens: Appends the tokens of a word.
  /// - Throws: ``LMError`` where the words have more than 2³⁰ tokens.
  init(
    _ words: borrowing WordCounts,
    _ tokens: (_ word: UnsafeBufferPointer<UInt8>, _ output: inout TokenBuffer) -> Void
  ) throws(LMError) {
    var byteCount = 0
    words.forEach { bytes, _ in byteCount += bytes.count }
    self.init(reserving: words.wordCount, tokens: min(byteCount, Self.sizeLimit))
    var word = TokenBuffer(reserving: 64)
    var isFull = false
    words.forEach { bytes, count in
      word.count = 0
      tokens(bytes, &word)
      isFull = isFull || symbols.count + word.count + 1 > Self.sizeLimit
      if !isFull { append(word.ids, count: count) }
    }
    guard isFull else { return }
    throw LMError(
      .usage, at: "the distinct words of the text", "have more than \(Self.sizeLimit) tokens",
      remedy: "train on a part of the text")
  }

  /// Appends a word that occurs `count` times. A word of fewer than two tokens has no pair and is left out.
  package mutating func append(_ word: UnsafeBufferPointer<Int32>, count: Int64) {
    guard word.count > 1, let base = word.baseAddress else { return }
    symbols.append(base, word.count)
    symbols.append(Self.border)
    starts.append(Int32(truncatingIfNeeded: symbols.count))
    while wordOfBlock.count * 16 < symbols.count {
      wordOfBlock.append(Int32(truncatingIfNeeded: counts.count))
    }
    counts.append(count)
    pairCount += word.count - 1
  }

  /// Calls `body` with each pair of neighbours: the place of the left one, both tokens, and how often the word
  /// occurs. For rows in which nothing has been merged.
  func forEachPair(_ body: (_ place: Int32, _ left: Int32, _ right: Int32, _ count: Int64) -> Void) {
    let (symbols, starts) = (symbols.base, starts.base)
    for (word, count) in counts.enumerated() {
      for place in starts[word]..<starts[word &+ 1] &- 2 {
        body(place, symbols[Int(place)], symbols[Int(place) &+ 1], count)
      }
    }
  }

  /// One pair that became a token.
  struct Merged {
    /// Where the token begins.
    let place: Int32
    /// The token before it and where it begins; nil at the start of the word.
    let before: (token: Int32, place: Int32)?
    /// The token behind it, nil at the end of the word.
    let behind: Int32?
    /// How often the word occurs.
    let count: Int64
  }

  /// Replaces `left` and `right` by the token `id` at each of `places`, in ascending order, where they stand.
  @inline(__always) mutating func merge(
    _ left: Int32, _ right: Int32, into id: Int32, at places: UnsafeBufferPointer<Int32>,
    _ body: (Merged) -> Void
  ) {
    let symbols = symbols.base
    for place in places {
      let first = Int(place)
      guard symbols[first] == left else { continue }
      let second = next(first)
      guard symbols[second] == right else { continue }
      let end = next(second)
      let before = previous(first)
      let length = Int32(truncatingIfNeeded: end &- first)
      symbols[second] = 0 &- length
      symbols[first &+ 1] = 0 &- length
      symbols[end &- 1] = 0 &- length
      symbols[first] = id
      pairCount &-= 1
      body(
        Merged(
          place: place,
          before: symbols[before] == Self.border
            ? nil : (symbols[before], Int32(truncatingIfNeeded: before)),
          behind: symbols[end] == Self.border ? nil : symbols[end], count: counts[word(at: first)]))
    }
  }

  /// True where `left` and `right` stand at `place`.
  func stands(_ left: Int32, _ right: Int32, at place: Int32) -> Bool {
    symbols.base[Int(place)] == left && symbols.base[next(Int(place))] == right
  }

  /// The places of all tokens of the words in which `places` lie, in ascending order.
  func places(inWordsOf places: some Sequence<Int32>) -> [Int32] {
    let words = Set(places.map { word(at: Int($0)) }).sorted()
    return words.flatMap { word in
      (starts.base[word]..<starts.base[word + 1] - 1).filter { symbols.base[Int($0)] >= 0 }
    }
  }

  @inline(__always) private func word(at place: Int) -> Int {
    let starts = starts.base
    var word = Int(wordOfBlock.base[place &>> 4])
    while Int(starts[word &+ 1]) <= place { word &+= 1 }
    return word
  }

  /// Where the token behind the one at `place` begins.
  @inline(__always) private func next(_ place: Int) -> Int {
    let second = Int(symbols.base[place &+ 1])
    return second < 0 ? place &- second : place &+ 1
  }

  /// Where the token before the one at `place` begins.
  @inline(__always) private func previous(_ place: Int) -> Int {
    let last = Int(symbols.base[place &- 1])
    return last < 0 ? place &+ last : place &- 1
  }
}
