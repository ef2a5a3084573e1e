/// A set of tokens as one bit per id.
struct TokenMask: Sendable, Equatable {
  private(set) var words: [UInt64]
  /// Number of ids.
  let count: Int

  /// The empty set of `count` ids.
  init(count: Int) {
    self.count = count
    words = .init(repeating: 0, count: (count + 63) / 64)
  }

  /// Bytes of memory.
  var byteCount: Int { words.count * 8 }
  /// True where no token is in the set.
  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// True where `id` is in the set.
  func contains(_ id: Int32) -> Bool {
    id >= 0 && id < count && words[Int(id) >> 6] >> UInt64(id & 63) & 1 == 1
  }

  /// Adds a token below ``count``.
  @inline(__always) mutating func insert(_ id: Int32) { words[Int(id) >> 6] |= 1 << UInt64(id & 63) }

  /// Adds the tokens of `other`, which has the same count.
  mutating func formUnion(_ other: TokenMask) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// The ids in ascending order.
  var ids: [Int32] { (0..<Int32(count)).filter(contains) }

  /// Sets the scores of all tokens that are not in the set, ids from ``count`` on included, to −∞.
  /// - Complexity: O(V / 64 + tokens that are set).
  func apply(to logits: UnsafeMutableBufferPointer<Float>) {
    for (index, word) in words.enumerated() where word != ~0 {
      let start = index << 6
      if start >= logits.count { return }
      let end = min(start + 64, logits.count)
      if word == 0 {
        UnsafeMutableBufferPointer(rebasing: logits[start..<end]).update(repeating: -.infinity)
        continue
      }
      var rest = ~word
      while rest != 0 {
        let id = start + rest.trailingZeroBitCount
        if id >= end { break }
        logits[id] = -.infinity
        rest &= rest - 1
      }
    }
    if count < logits.count {
      UnsafeMutableBufferPointer(rebasing: logits[count...]).update(repeating: -.infinity)
    }
  }
}
