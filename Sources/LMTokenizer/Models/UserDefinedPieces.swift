/// The pieces of a SentencePiece model that are found in a text before anything else: from left to right, at every
/// place the longest of them.
package struct UserDefinedPieces: Sendable {
  /// Their ids, ascending; not empty.
  package let ids: [Int32]
  private let trie: DoubleArrayTrie
  private let isFirstByte: [Bool]

  /// The given ids of a vocabulary, nil where there are none.
  /// - Complexity: O(k log k) for k bytes of all pieces.
  init?(_ ids: [Int32], in vocabulary: Vocabulary) {
    if ids.isEmpty { return nil }
    self.ids = ids
    trie = DoubleArrayTrie(ids.map { (vocabulary[Int($0)], $0) })
    var isFirstByte = Array(repeating: false, count: 256)
    for id in ids { if let first = vocabulary[Int(id)].first { isFirstByte[Int(first)] = true } }
    self.isFirstByte = isFirstByte
  }

  /// Whether a piece begins with `byte`.
  func canBegin(with byte: UInt8) -> Bool { isFirstByte[Int(byte)] }

  /// The longest piece that stands at `index` of the text, nil where there is none.
  @inline(__always) func match(in text: TextCursor, at index: Int) -> (end: Int, id: Int32)? {
    guard isFirstByte[Int(text.bytes[index])], let (end, id) = trie.longestMatch(in: text, at: index) else {
      return nil
    }
    return (end, id)
  }
}
