/// Where a text beyond ASCII falls apart: between which bytes no token can lie on both sides.
///
/// Where no token of the vocabulary crosses a border, no merge does, so the parts on both sides are merged
/// without regard to each other. Scripts without spaces have long pre-tokens that are met once, but few
/// different parts. A border is looked at with up to three bytes on either side: a token that reaches
/// farther is known by its three bytes next to the border.
final class TokenCrossings: @unchecked Sendable {
  /// Whether a token has these two bytes on both sides of a border, a bit for each `left << 8 | right`.
  private let pairs: UnsafeMutablePointer<UInt64>
  /// Open addressing, at most half full; 0 marks a free slot.
  private let contexts: UnsafeMutablePointer<UInt64>
  private let mask: Int

  /// Borders of tokens below `limit` in the vocabulary.
  /// - Complexity: O(bytes of the tokens).
  init(_ vocabulary: Vocabulary, limit: Int) {
    var count = 0
    Self.forEachBorder(vocabulary, limit) { _, _, _ in count += 1 }
    let size = 1 << (Int.bitWidth - max(8, count * 2).leadingZeroBitCount)
    let pairs = HugePages.allocate(1 << 10, repeating: UInt64(0))
    let contexts = HugePages.allocate(size, repeating: UInt64(0))
    Self.forEachBorder(vocabulary, limit) { byte, left, right in
      let bytes = Int(byte[-1]) << 8 | Int(byte[0])
      pairs[bytes >> 6] |= 1 << UInt64(bytes & 63)
      let context = Self.context(byte, min(3, left), min(3, right))
      var slot = Self.slot(context, size - 1)
      while contexts[slot] != 0, contexts[slot] != context { slot = (slot + 1) & (size - 1) }
      contexts[slot] = context
    }
    self.pairs = pairs
    self.contexts = contexts
    mask = size - 1
  }

  deinit {
    HugePages.free(pairs)
    HugePages.free(contexts)
  }

  private static func forEachBorder(
    _ vocabulary: Vocabulary, _ limit: Int, _ body: (UnsafePointer<UInt8>, _ left: Int, _ right: Int) -> Void
  ) {
    for id in 0..<limit where vocabulary.length(id) > 1 {
      vocabulary[id].withUnsafeBufferPointer { token in
        guard let base = token.baseAddress else { return }
        for index in 1..<token.count where isBorder(base + index) {
          body(base + index, index, token.count - index)
        }
      }
    }
  }

  /// Whether a text may be cut between the byte before `byte` and `byte`: at the start of a character that
  /// is not between two ASCII characters.
  @inline(__always) static func isBorder(_ byte: UnsafePointer<UInt8>) -> Bool {
    byte[0] & 0xC0 != 0x80 && (byte[0] | byte[-1]) >= 0x80
  }

  /// `left` bytes before and `right` bytes from `byte` on, 1 … 3 each, in one number other than 0.
  @inline(__always) static func context(_ byte: UnsafePointer<UInt8>, _ left: Int, _ right: Int) -> UInt64 {
    var value = UInt64(truncatingIfNeeded: left &<< 2 | right)
    for index in -left..<right { value = value &<< 8 | UInt64(byte[index]) }
    return value
  }

  /// Whether a token may lie on both sides of the border before `byte`, in a piece that has `left` bytes
  /// before it and `right` bytes from it on.
  func crosses(_ byte: UnsafePointer<UInt8>, _ left: Int, _ right: Int) -> Bool {
    let bytes = Int(byte[-1]) &<< 8 | Int(byte[0])
    if pairs[bytes &>> 6] &>> UInt64(truncatingIfNeeded: bytes & 63) & 1 == 0 { return false }
    for left in 1...min(3, left) {
      for right in 1...min(3, right) where contains(Self.context(byte, left, right)) { return true }
    }
    return false
  }

  private func contains(_ context: UInt64) -> Bool {
    var slot = Self.slot(context, mask)
    while contexts[slot] != 0 {
      if contexts[slot] == context { return true }
      slot = (slot &+ 1) & mask
    }
    return false
  }

  private static func slot(_ context: UInt64, _ mask: Int) -> Int {
    Int(truncatingIfNeeded: (context &* 0x9E37_79B9_7F4A_7C15) &>> 32) & mask
  }
}

/// What ``TokenCrossings`` said of the last borders, one for each of a number of places.
struct CrossingMemory: ~Copyable {
  private static let bits: UInt64 = 14
  private let crossings: TokenCrossings
  /// `context << 1 | crosses`; 0 marks a free place.
  private let answers: UnsafeMutablePointer<UInt64>

  init(_ crossings: TokenCrossings) {
    self.crossings = crossings
    answers = .allocate(capacity: 1 << Int(Self.bits))
    answers.initialize(repeating: 0, count: 1 << Int(Self.bits))
  }

  deinit { answers.deallocate() }

  /// See ``TokenCrossings/crosses(_:_:_:)``.
  @inline(__always) func crosses(_ byte: UnsafePointer<UInt8>, _ left: Int, _ right: Int) -> Bool {
    let context = TokenCrossings.context(byte, min(3, left), min(3, right))
    let place = answers + Int(truncatingIfNeeded: (context &* 0x9E37_79B9_7F4A_7C15) &>> (64 &- Self.bits))
    if place.pointee &>> 1 == context { return place.pointee & 1 == 1 }
    let answer = crossings.crosses(byte, left, right)
    place.pointee = context &<< 1 | (answer ? 1 : 0)
    return answer
  }
}
