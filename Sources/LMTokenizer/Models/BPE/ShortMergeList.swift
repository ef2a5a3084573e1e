/// The symbols of a short piece, with the merge that each could begin.
///
/// A candidate is `rank << 8 | position`: the smallest number of all is the merge that goes first, the
/// leftmost of equal rank. The least of every eight is kept, so that a merge costs a look at the one to three
/// blocks that it changes and at the blocks' numbers, without a branch that depends on the text.
struct ShortMergeList: ~Copyable {
  /// The most symbols.
  static let capacity = 192
  private static let blockBits = 3
  /// 64 bits, so that the compiler does not turn eight of them into vectors without a minimum.
  private static let none = UInt64(PairTable.noRank) << 8

  private let symbols: UnsafeMutablePointer<Int32>
  private let candidates: UnsafeMutablePointer<UInt64>
  private let blocks: UnsafeMutablePointer<UInt64>
  private let next: UnsafeMutablePointer<UInt8>
  private let previous: UnsafeMutablePointer<UInt8>

  init() {
    symbols = .allocate(capacity: Self.capacity + 1)
    candidates = .allocate(capacity: Self.capacity + 1 << Self.blockBits)
    blocks = .allocate(capacity: Self.capacity >> Self.blockBits + 1)
    next = .allocate(capacity: Self.capacity + 1)
    previous = .allocate(capacity: Self.capacity + 1)
  }

  deinit {
    symbols.deallocate()
    candidates.deallocate()
    blocks.deallocate()
    next.deallocate()
    previous.deallocate()
  }

  /// Appends the ids of `piece`, which has 1 … ``capacity`` bytes, each with a token.
  func merge(_ piece: UnsafeBufferPointer<UInt8>, _ pairs: PairTable, into output: inout TokenBuffer) {
    let count = piece.count
    read(piece, pairs)
    let blockCount = (count &+ 7) &>> Self.blockBits
    for block in 0..<blockCount { update(block) }
    while true {
      var least = blocks[0]
      for block in 1..<max(1, blockCount) { least = min(least, blocks[block]) }
      if least >= Self.none { break }
      let position = Int(least & 0xFF)
      let id = pairs.id(UInt32(truncatingIfNeeded: least &>> 8))
      symbols[position] = id
      let gone = Int(next[position])
      let after = Int(next[gone])
      next[position] = UInt8(truncatingIfNeeded: after)
      candidates[gone] = Self.none
      candidates[position] = Self.none
      if after < count {
        previous[after] = UInt8(truncatingIfNeeded: position)
        candidates[position] = candidate(pairs.rank(id, symbols[after]), position)
      }
      let block = position &>> Self.blockBits
      if position > 0 {
        let before = Int(previous[position])
        candidates[before] = candidate(pairs.rank(symbols[before], id), before)
        if before &>> Self.blockBits != block { update(before &>> Self.blockBits) }
      }
      if gone &>> Self.blockBits != block { update(gone &>> Self.blockBits) }
      update(block)
    }
    output.reserve(count)
    var position = 0
    while position < count {
      output.append(symbols[position])
      position = Int(next[position])
    }
  }

  private func read(_ piece: UnsafeBufferPointer<UInt8>, _ pairs: PairTable) {
    var left = 0
    for (index, byte) in piece.enumerated() {
      let right = Int(byte)
      symbols[index] = pairs.byteTokens[right]
      next[index] = UInt8(truncatingIfNeeded: index &+ 1)
      previous[index] = UInt8(truncatingIfNeeded: index &- 1)
      if index > 0 { candidates[index &- 1] = candidate(pairs.byteRanks[left &<< 8 | right], index &- 1) }
      left = right
    }
    let last = piece.count &- 1
    (candidates + last).update(repeating: Self.none, count: (last | 7) &+ 1 &- last)
  }

  @inline(__always) private func candidate(_ rank: UInt32, _ position: Int) -> UInt64 {
    UInt64(rank) &<< 8 | UInt64(truncatingIfNeeded: position)
  }

  /// Finds the least candidate of a block again.
  @inline(__always) private func update(_ block: Int) {
    let c = candidates + (block &<< Self.blockBits)
    blocks[block] = min(
      min(min(c[0], c[1]), min(c[2], c[3])), min(min(c[4], c[5]), min(c[6], c[7])))
  }
}
