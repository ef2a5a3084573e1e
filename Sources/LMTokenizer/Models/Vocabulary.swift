/// The bytes of every token, and which id has given bytes.
///
/// Bytes lie one after the other in one block; the index is an open-addressing table of ids.
package struct Vocabulary: Sendable {
  private var bytes: [UInt8] = []
  /// Where each token ends in `bytes`; token 0 starts at 0.
  private var ends: [Int] = []
  /// Open addressing; the count is a power of two, at least twice that of the tokens.
  private var index: [Slot]
  /// Tokens that stand for a text and not for bytes to be merged: added tokens, and entries of a file that
  /// are outside the byte-level alphabet. The index does not have them.
  private(set) var literals: Set<Int32> = []

  /// An id with half of its bytes' hash, so that other tokens are passed without a look at their bytes.
  private struct Slot {
    var hash: UInt32 = 0
    /// -1 where the slot is free.
    var id: Int32 = -1
  }

  /// Number of ids.
  package var count: Int { ends.count }

  /// Number of bytes of all tokens.
  var byteCount: Int { bytes.count }

  /// A vocabulary without tokens that expects `tokens` of them.
  package init(reserving tokens: Int = 0) {
    var size = 16
    while size < tokens * 2 { size *= 2 }
    index = Array(repeating: Slot(), count: size)
    ends.reserveCapacity(tokens)
  }

  /// Appends a token, whose id is the old `count`. Where the same bytes are known, look-ups keep the first.
  package mutating func append(_ token: some Collection<UInt8>, isLiteral: Bool = false) {
    let id = Int32(ends.count)
    bytes.append(contentsOf: token)
    ends.append(bytes.count)
    if isLiteral { literals.insert(id) } else { insert(id) }
    if ends.count * 2 > index.count { growIndex() }
  }

  /// Appends an id that no token has.
  mutating func appendGap() { append(EmptyCollection(), isLiteral: true) }

  /// The bytes of token `id`, which must be below `count`.
  package subscript(id: Int) -> ArraySlice<UInt8> { bytes[start(id)..<ends[id]] }

  /// The number of bytes of token `id`.
  func length(_ id: Int) -> Int { ends[id] - start(id) }

  /// The id of the token that consists of `token`, nil where there is none.
  /// - Complexity: O(bytes).
  func id(of token: UnsafeBufferPointer<UInt8>) -> Int32? {
    let found = index[slot(of: token, ByteHash.hash(token))].id
    return found < 0 ? nil : found
  }

  /// The id of the token that consists of `token`, nil where there is none.
  package func id(of token: [UInt8]) -> Int32? { token.withUnsafeBufferPointer(id(of:)) }

  private func start(_ id: Int) -> Int { id == 0 ? 0 : ends[id - 1] }

  /// The slot that holds `token`, or the free slot where it belongs.
  private func slot(of token: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    return index.withUnsafeBufferPointer { index in
      let mask = index.count - 1
      var slot = Int(truncatingIfNeeded: hash) & mask
      while index[slot].id >= 0 {
        if index[slot].hash == tag, isEqual(Int(index[slot].id), token) { return slot }
        slot = (slot &+ 1) & mask
      }
      return slot
    }
  }

  private func isEqual(_ id: Int, _ token: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = start(id)..<ends[id]
    guard range.count == token.count else { return false }
    return bytes.withUnsafeBufferPointer {
      ByteHash.areEqual(UnsafeBufferPointer(rebasing: $0[range]), token)
    }
  }

  private mutating func insert(_ id: Int32) {
    let range = start(Int(id))..<ends[Int(id)]
    guard !range.isEmpty else { return }
    let (slot, hash) = bytes.withUnsafeBufferPointer { bytes in
      let token = UnsafeBufferPointer(rebasing: bytes[range])
      let hash = ByteHash.hash(token)
      return (self.slot(of: token, hash), hash)
    }
    guard index[slot].id < 0 else { return }
    index[slot] = Slot(hash: UInt32(truncatingIfNeeded: hash >> 32), id: id)
  }

  private mutating func growIndex() {
    index = Array(repeating: Slot(), count: index.count * 2)
    for id in 0..<Int32(ends.count) where !literals.contains(id) { insert(id) }
  }
}
