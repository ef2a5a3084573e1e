extension BPEModel {
  /// The ids of a piece with the bytes that each stands for.
  /// - Complexity: O(n log n) for n bytes.
  func encodeWithLengths(_ piece: TextCursor) -> [TokenLength] {
    encodeWithLengths(piece) { MergeTrace.merge($0, $1, pairs) }
  }

  /// The same, where `merge` joins symbols of the given lengths.
  func encodeWithLengths(
    _ piece: TextCursor, _ merge: ([Int32], [Int]) -> [(id: Int32, length: Int)]
  ) -> [TokenLength] {
    if let id = wholePieceID(piece.buffer) { return [TokenLength(id: id, start: 0, end: piece.count)] }
    var symbols: [Int32] = []
    var lengths: [Int] = []
    var unknownLength = 0
    func flush() {
      guard unknownLength > 0, let unknownID else { return }
      symbols.append(unknownID)
      lengths.append(unknownLength)
      unknownLength = 0
    }
    for byte in piece.buffer {
      let id = byteTokens[Int(byte)]
      if id >= 0 {
        flush()
        symbols.append(id)
        lengths.append(1)
      } else if unknownID != nil {
        if !fusesUnknown { flush() }
        unknownLength += 1
      }
    }
    flush()
    var tokens: [TokenLength] = []
    var start = 0
    for (id, length) in merge(symbols, lengths) {
      tokens.append(TokenLength(id: id, start: start, end: start + length))
      start += length
    }
    return tokens
  }
}
