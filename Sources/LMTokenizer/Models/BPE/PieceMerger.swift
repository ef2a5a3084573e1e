/// Merges the bytes of one pre-token. Keeps its scratch memory from call to call.
///
/// Up to ``linearLimit`` bytes the smallest rank is found by a scan, which is O(n²) but has no overhead;
/// longer pieces go through a heap, O(n log n) whatever the text.
package struct PieceMerger: ~Copyable {
  static let linearLimit = 96

  private let model: BPEModel
  private var symbols: [Int32] = []
  private let shortSymbols: UnsafeMutablePointer<Int32>
  private let shortMerges: UnsafeMutablePointer<PairMerge>

  package init(_ model: BPEModel) {
    self.model = model
    shortSymbols = .allocate(capacity: Self.linearLimit + 1)
    shortMerges = .allocate(capacity: Self.linearLimit + 1)
  }

  deinit {
    shortSymbols.deallocate()
    shortMerges.deallocate()
  }

  /// Appends the ids of the piece to `output`.
  package mutating func encode(_ piece: UnsafeBufferPointer<UInt8>, into output: inout TokenBuffer) {
    if let id = model.wholePieceID(piece) { return output.append(id) }
    if piece.count <= Self.linearLimit {
      let count = mergeShort(piece)
      output.append(shortSymbols, count)
    } else {
      readSymbols(piece)
      if !model.merges.isEmpty { HeapMerger.merge(&symbols, model.pairs) }
      symbols.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { output.append(base, buffer.count) }
      }
    }
  }

  /// The tokens of single bytes. A byte without token becomes the unknown token or nothing.
  private mutating func readSymbols(_ piece: UnsafeBufferPointer<UInt8>) {
    symbols.removeAll(keepingCapacity: true)
    var previousWasUnknown = false
    for byte in piece {
      let id = model.byteTokens[Int(byte)]
      if id >= 0 {
        symbols.append(id)
      } else if let unknown = model.unknownID, !(model.fusesUnknown && previousWasUnknown) {
        symbols.append(unknown)
      }
      previousWasUnknown = id < 0
    }
  }

  /// Merges at most ``linearLimit`` bytes into `shortSymbols` and returns how many tokens remain.
  private mutating func mergeShort(_ piece: UnsafeBufferPointer<UInt8>) -> Int {
    let symbols = shortSymbols
    let merges = shortMerges
    let pairs = model.pairs
    var count = readShortSymbols(piece)
    guard count > 1 else { return count }
    if count == piece.count {
      readByteMerges(piece)
    } else {
      for index in 0..<(count &- 1) { merges[index] = pairs.merge(symbols[index], symbols[index &+ 1]) }
    }
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
      if rank == .max { break }
      symbols[best] = merges[best].id
      count &-= 1
      // Close the gap: symbol best + 1 is gone, and so is the pair that it began.
      index = best &+ 1
      while index < count {
        symbols[index] = symbols[index &+ 1]
        merges[index] = merges[index &+ 1]
        index &+= 1
      }
      if best < count &- 1 { merges[best] = pairs.merge(symbols[best], symbols[best &+ 1]) }
      if best > 0 { merges[best &- 1] = pairs.merge(symbols[best &- 1], symbols[best]) }
    }
    return count
  }

  private func readByteMerges(_ piece: UnsafeBufferPointer<UInt8>) {
    let merges = shortMerges
    model.byteMerges.withUnsafeBufferPointer { byteMerges in
      var left = Int(piece[0])
      for index in 1..<piece.count {
        let right = Int(piece[index])
        merges[index &- 1] = byteMerges[left &<< 8 | right]
        left = right
      }
    }
  }

  private mutating func readShortSymbols(_ piece: UnsafeBufferPointer<UInt8>) -> Int {
    let symbols = shortSymbols
    return model.byteTokens.withUnsafeBufferPointer { tokens in
      var count = 0
      for byte in piece {
        let id = tokens[Int(byte)]
        if id < 0 { return readUnknownSymbols(piece) }
        symbols[count] = id
        count &+= 1
      }
      return count
    }
  }

  private mutating func readUnknownSymbols(_ piece: UnsafeBufferPointer<UInt8>) -> Int {
    readSymbols(piece)
    for (index, id) in symbols.enumerated() { shortSymbols[index] = id }
    return symbols.count
  }
}
