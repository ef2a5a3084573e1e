/// Merges the characters of pieces. Short ones by a scan for the smallest rank, O(n²) without overhead; longer
/// ones through a heap, O(n log n) whatever the text.
final class CharacterBPEWorker: PieceWorker {
  private static let linearLimit = 96
  private let model: CharacterBPEModel
  private var symbols: [Int32] = []
  private var candidates: [PairMerge] = []
  private var scratch: [UInt8] = []

  init(_ model: CharacterBPEModel) { self.model = model }

  func encode(_ piece: TextCursor, into output: inout TokenBuffer) {
    if model.options.ignoresMerges, let id = wholeID(piece) { return output.append(id) }
    readSymbols(piece, lengths: nil)
    mergeSymbols()
    symbols.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { output.append(base, buffer.count) }
    }
  }

  private func wholeID(_ piece: TextCursor) -> Int32? {
    guard let id = model.vocabulary.id(of: piece.buffer), id < model.modelCount else { return nil }
    return id
  }

  private func mergeSymbols() {
    if model.merges.isEmpty { return }
    if !model.unused.isEmpty {
      symbols = Resegmentation.merge(symbols, model).map(\.id)
    } else if symbols.count <= Self.linearLimit {
      mergeShort()
    } else {
      HeapMerger.merge(&symbols, model.pairs)
    }
  }

  /// The characters as tokens. An unknown token is held back until a known character follows, as in the
  /// reference, so bytes of a character may overtake it.
  private func readSymbols(_ piece: TextCursor, lengths: UnsafeMutablePointer<[Int]>?) {
    symbols.removeAll(keepingCapacity: true)
    let options = model.options
    var unknownLength = 0
    var index = 0
    func flush() {
      guard unknownLength > 0, let unknown = options.unknownID else { return }
      symbols.append(unknown)
      lengths?.pointee.append(unknownLength)
      unknownLength = 0
    }
    while index < piece.count {
      if let (end, id) = model.userDefined?.match(in: piece, at: index) {
        flush()
        symbols.append(id)
        lengths?.pointee.append(end - index)
        index = end
        continue
      }
      let (codePoint, length) = piece.codePoint(index)
      defer { index += length }
      if let id = model.id(of: piece, at: index, codePoint, length, &scratch) {
        flush()
        symbols.append(id)
        lengths?.pointee.append(length)
        continue
      }
      if options.usesByteFallback, let bytes = fallback(piece, index, length) {
        for byte in bytes {
          symbols.append(model.byteTokens[Int(byte)])
          lengths?.pointee.append(1)
        }
        continue
      }
      guard options.unknownID != nil else { continue }
      if !options.fusesUnknown { flush() }
      unknownLength += length
    }
    flush()
  }

  /// The bytes of a character, with the marks of its place, where all of them are tokens.
  private func fallback(_ piece: TextCursor, _ index: Int, _ length: Int) -> [UInt8]? {
    var bytes = index > 0 ? model.prefix : []
    bytes.append(contentsOf: UnsafeBufferPointer(start: piece.bytes + index, count: length))
    if index + length == piece.count { bytes += model.suffix }
    return bytes.allSatisfy { model.byteTokens[Int($0)] >= 0 } ? bytes : nil
  }

  private func mergeShort() {
    var count = symbols.count
    guard count > 1 else { return }
    let pairs = model.pairs
    if candidates.count < count { candidates = Array(repeating: .none, count: Self.linearLimit + 1) }
    candidates.withUnsafeMutableBufferPointer { merges in
      symbols.withUnsafeMutableBufferPointer { symbols in
        for index in 0..<(count &- 1) { merges[index] = pairs.merge(symbols[index], symbols[index &+ 1]) }
        while count > 1 {
          var best = 0
          var rank = merges[0].rank
          var index = 1
          while index < count &- 1 {
            if merges[index].rank < rank {
              rank = merges[index].rank
              best = index
            }
            index &+= 1
          }
          if rank == PairTable.noRank { break }
          symbols[best] = merges[best].id
          count &-= 1
          index = best &+ 1
          while index < count {
            symbols[index] = symbols[index &+ 1]
            merges[index] = merges[index &+ 1]
            index &+= 1
          }
          if best < count &- 1 { merges[best] = pairs.merge(symbols[best], symbols[best &+ 1]) }
          if best > 0 { merges[best &- 1] = pairs.merge(symbols[best &- 1], symbols[best]) }
        }
      }
    }
    symbols.removeSubrange(count...)
  }

  func encodeWithLengths(_ piece: TextCursor) -> [TokenLength] {
    encodeWithLengths(piece) { symbols, lengths in
      if model.unused.isEmpty { return MergeTrace.merge(symbols, lengths, model.pairs) }
      var start = 0
      return Resegmentation.merge(symbols, model).map { id, count in
        defer { start += count }
        return (id, lengths[start..<start + count].reduce(0, +))
      }
    }
  }

  /// The same, where `merge` joins symbols of the given lengths.
  func encodeWithLengths(
    _ piece: TextCursor, _ merge: ([Int32], [Int]) -> [(id: Int32, length: Int)]
  ) -> [TokenLength] {
    if model.options.ignoresMerges, let id = wholeID(piece) {
      return [TokenLength(id: id, start: 0, end: piece.count)]
    }
    var lengths: [Int] = []
    withUnsafeMutablePointer(to: &lengths) { readSymbols(piece, lengths: $0) }
    var tokens: [TokenLength] = []
    var start = 0
    for (id, length) in merge(symbols, lengths) {
      tokens.append(TokenLength(id: id, start: start, end: start + length))
      start += length
    }
    return tokens
  }
}

/// Merging that keeps track of how many bytes each token stands for.
enum MergeTrace {
  /// The tokens that `symbols` merge to, with the sum of their lengths.
  /// - Complexity: O(n log n).
  static func merge(_ symbols: [Int32], _ lengths: [Int], _ pairs: PairTable) -> [(id: Int32, length: Int)] {
    var merged = symbols
    var starts: [Int32] = []
    HeapMerger.merge(&merged, pairs, starts: &starts)
    return merged.indices.map { index in
      let end = index + 1 < starts.count ? Int(starts[index + 1]) : symbols.count
      return (merged[index], lengths[Int(starts[index])..<end].reduce(0, +))
    }
  }
}
