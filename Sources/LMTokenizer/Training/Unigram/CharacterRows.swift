import LMRuntime

/// The distinct words of a corpus as rows of characters, numbered in the order of their code points.
package struct CharacterRows: ~Copyable {
  /// Stands behind each word.
  static let border: Int32 = -1

  /// The characters that occur.
  private(set) var alphabet: [Unicode.Scalar] = []
  private var buffer = TokenBuffer(reserving: 1 << 12)
  /// Where each word starts, and where the next one would.
  private(set) var starts: [Int32] = [0]
  /// How often each word occurs.
  private(set) var counts: [Int64] = []

  /// - Throws: ``LMError`` where the words have more than 2³⁰ characters.
  package init(_ words: borrowing WordCounts) throws(LMError) {
    var isFull = false
    words.forEach { word, count in
      isFull = isFull || buffer.count + word.count + 1 > SymbolRows.sizeLimit
      if !isFull { append(word, count) }
    }
    guard !isFull else {
      throw LMError(
        .usage, at: "the distinct words of the text", "have more than \(SymbolRows.sizeLimit) characters",
        remedy: "train on a part of the text")
    }
    numberCharacters()
  }

  /// All rows, a ``border`` behind each.
  var symbols: UnsafeBufferPointer<Int32> { buffer.ids }

  /// Appends code points.
  private mutating func append(_ word: UnsafeBufferPointer<UInt8>, _ count: Int64) {
    guard let base = word.baseAddress, word.count > 0 else { return }
    var offset = 0
    while offset < word.count {
      let (codePoint, length) = UTF8Decoding.decode(base + offset, available: word.count - offset)
      buffer.append(length == 0 ? 0xFFFD : Int32(truncatingIfNeeded: codePoint))
      offset += max(1, length)
    }
    buffer.append(Self.border)
    starts.append(Int32(truncatingIfNeeded: buffer.count))
    counts.append(count)
  }

  private mutating func numberCharacters() {
    var numbers = Array(repeating: Int32(-1), count: CodePointTable.codePointCount)
    for symbol in symbols where symbol >= 0 { numbers[Int(symbol)] = 0 }
    for codePoint in numbers.indices where numbers[codePoint] == 0 {
      guard let scalar = Unicode.Scalar(UInt32(codePoint)) else { continue }
      numbers[codePoint] = Int32(alphabet.count)
      alphabet.append(scalar)
    }
    let base = buffer.base
    for place in 0..<buffer.count where base[place] >= 0 { base[place] = numbers[Int(base[place])] }
  }

  /// The word that the symbol at `place` belongs to.
  /// - Complexity: O(log of the number of words).
  func word(at place: Int32) -> Int {
    starts.withUnsafeBufferPointer { starts in
      var lower = 0
      var upper = starts.count - 1
      while upper - lower > 1 {
        let middle = (lower + upper) / 2
        if starts[middle] <= place { lower = middle } else { upper = middle }
      }
      return lower
    }
  }

  /// The characters from `place` on.
  package func characters(_ place: Int32, _ length: Int) -> [Int32] {
    Array(symbols[Int(place)..<Int(place) + length])
  }

  /// What `characters` spell.
  package func text(_ characters: [Int32]) -> String {
    var scalars = String.UnicodeScalarView()
    for character in characters { scalars.append(alphabet[Int(character)]) }
    return String(scalars)
  }
}
