/// The bytes of every token, and which id has given bytes.
///
/// Bytes lie one after the other in one block; the index is an open-addressing table of ids.
package struct Vocabulary: Sendable {
  private var bytes: [UInt8] = []
  /// Where each token ends in `bytes`; token 0 starts at 0.
  private var ends: [Int] = []
  /// Ids, -1 where a slot is free. The count is a power of two, at least twice that of the tokens.
  private var index: [Int32]
  /// Tokens that stand for a text and not for bytes to be merged: added tokens, and entries of a file that
  /// are outside the byte-level alphabet. The index does not have them.
  private(set) var literals: Set<Int32> = []

  /// Number of ids.
  package var count: Int { ends.count }

  /// Number of bytes of all tokens.
  var byteCount: Int { bytes.count }

  /// A vocabulary without tokens that expects `tokens` of them.
  package init(reserving tokens: Int = 0) {
    var size = 16
    while size < tokens * 2 { size *= 2 }
    index = Array(repeating: -1, count: size)
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
    let found = index[slot(of: token)]
    return found < 0 ? nil : found
  }

  /// The id of the token that consists of `token`, nil where there is none.
  package func id(of token: [UInt8]) -> Int32? { token.withUnsafeBufferPointer(id(of:)) }

  private func start(_ id: Int) -> Int { id == 0 ? 0 : ends[id - 1] }

  /// The slot that holds `token`, or the free slot where it belongs.
  private func slot(of token: UnsafeBufferPointer<UInt8>) -> Int {
    let mask = index.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.hash(token)) & mask
    return bytes.withUnsafeBufferPointer { bytes in
      while index[slot] >= 0 {
        let id = Int(index[slot])
        let known = UnsafeBufferPointer(rebasing: bytes[start(id)..<ends[id]])
        if known.count == token.count, ByteHash.areEqual(known, token) { return slot }
        slot = (slot + 1) & mask
      }
      return slot
    }
  }

  private mutating func insert(_ id: Int32) {
    let range = start(Int(id))..<ends[Int(id)]
    guard !range.isEmpty else { return }
    let slot = bytes.withUnsafeBufferPointer { self.slot(of: UnsafeBufferPointer(rebasing: $0[range])) }
    if index[slot] < 0 { index[slot] = id }
  }

  private mutating func growIndex() {
    index = Array(repeating: -1, count: index.count * 2)
    for id in 0..<Int32(ends.count) where !literals.contains(id) { insert(id) }
  }
}
