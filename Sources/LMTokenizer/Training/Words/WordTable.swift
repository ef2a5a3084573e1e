/// Distinct words with their counts: short ones inside the table, long ones beside it.
struct WordTable: ~Copyable {
  /// Longer words are counted in parts, so that no text, whatever it is made of, makes a word that merges
  /// cannot work on. A part ends where a code point does.
  static let wordLengthLimit = 1 << 20

  private var short: ShortWords
  private var long = LongWords()

  /// - Parameter ignoredBits: How many of the highest bits of a hash all words of the table share.
  init(ignoredBits: Int = 0) { short = ShortWords(ignoredBits: ignoredBits) }

  /// Number of distinct words.
  var count: Int { short.count + long.count }

  /// Counts `word`. Where `isWide`, 16 bytes from its start can be read.
  @inline(__always) mutating func add(_ word: UnsafeBufferPointer<UInt8>, isWide: Bool) {
    guard let base = word.baseAddress, word.count <= ShortPiece.lengthLimit else { return addLong(word) }
    let piece =
      isWide
      ? ShortPiece(wide: base, length: word.count, masks: ShortPiece.masks)
      : ShortPiece(narrow: base, length: word.count)
    if word.count > 0 { short.add(piece, times: 1) }
  }

  @inline(never) private mutating func addLong(_ word: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while word.count - start > Self.wordLengthLimit {
      var end = start + Self.wordLengthLimit
      for back in 0..<4 where word[end - back] & 0xC0 != 0x80 {
        end -= back
        break
      }
      add(UnsafeBufferPointer(rebasing: word[start..<end]), isWide: false)
      start = end
    }
    guard start < word.count else { return }
    let rest = UnsafeBufferPointer(rebasing: word[start...])
    if start > 0, rest.count <= ShortPiece.lengthLimit { return add(rest, isWide: false) }
    long.add(rest, ByteHash.hash(rest), times: 1)
  }

  /// Adds the words of `other` whose hashes start with the `shardBits` bits `shard`.
  mutating func add(_ other: borrowing WordTable, shard: Int, _ shardBits: Int) {
    other.short.forEach(inShard: shard, shardBits) { short.add($0, times: $1) }
    other.long.forEach(inShard: shard, shardBits) { long.add($0, ByteHash.hash($0), times: $1) }
  }

  /// Calls `body` with every word and its count.
  func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int64) -> Void) {
    short.forEach(body)
    long.forEach(body)
  }

  /// Forgets all words and keeps the memory.
  mutating func removeAll() {
    short.removeAll()
    long.removeAll()
  }
}
