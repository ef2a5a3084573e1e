/// The bytes of all tokens as a tree, laid out so that one pass from left to right visits it and leaves out what
/// cannot match.
public struct TokenTrie: Sendable {
  /// The tokens.
  public let vocabulary: TokenVocabulary
  /// The byte that leads to each node; node 0 is the root.
  let bytes: [UInt8]
  /// Number of bytes before and at each node.
  let depths: [UInt16]
  /// The node behind the last one below each node.
  let ends: [Int32]
  /// Where the tokens of each node begin in ``tokens``; those below a node follow its own.
  let tokenStarts: [Int32]
  /// The tokens in the order of their nodes.
  let tokens: [Int32]
  /// Bytes of the longest token that is in the tree.
  let depth: Int

  /// Longer tokens are never allowed: no vocabulary has them, and depths must fit.
  static let lengthLimit = 4096

  /// The tree of all tokens that stand for some text.
  /// - Complexity: O(bytes · log tokens).
  public init(_ vocabulary: TokenVocabulary) {
    self.vocabulary = vocabulary
    let order = (0..<Int32(vocabulary.count))
      .filter { (1...Self.lengthLimit).contains(vocabulary[$0].count) }
      .sorted { vocabulary[$0].lexicographicallyPrecedes(vocabulary[$1]) }
    var bytes: [UInt8] = [0]
    var depths: [UInt16] = [0]
    var ends: [Int32] = [1]
    var tokenStarts: [Int32] = [0]
    var path: [Int] = [0]
    var last: ArraySlice<UInt8> = []
    for (position, id) in order.enumerated() {
      let text = vocabulary[id]
      let common = zip(last, text).prefix { $0 == $1 }.count
      for node in path[(common + 1)...] { ends[node] = Int32(bytes.count) }
      path.removeLast(path.count - common - 1)
      for byte in text.dropFirst(common) {
        path.append(bytes.count)
        bytes.append(byte)
        depths.append(UInt16(path.count - 1))
        ends.append(0)
        tokenStarts.append(Int32(position))
      }
      last = text
    }
    for node in path { ends[node] = Int32(bytes.count) }
    // The root has no tokens: those of the first node begin at 0, too.
    (self.bytes, self.depths, self.ends) = (bytes, depths, ends)
    self.tokenStarts = tokenStarts + [Int32(order.count)]
    tokens = order
    depth = Int(depths.max() ?? 0)
  }
}
