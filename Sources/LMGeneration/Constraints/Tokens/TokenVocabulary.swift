/// What each token of a vocabulary is in a text, and which tokens end one.
///
/// The tokenizer stands two floors below and is not known here: its façade fills this in.
public struct TokenVocabulary: Sendable {
  private let storage: [UInt8]
  private let offsets: [Int]
  /// Tokens that end a text.
  public let endIDs: Set<Int32>

  /// A vocabulary of `count` tokens.
  /// - Parameters:
  ///   - endIDs: Tokens that end a text; ids outside of the vocabulary are left out.
  ///   - bytes: The bytes that a token stands for inside of a text; empty for tokens that stand for no text,
  ///     such as special ones.
  /// - Complexity: O(bytes).
  public init(count: Int, endIDs: Set<Int32>, bytes: (Int32) -> some Collection<UInt8>) {
    var storage: [UInt8] = []
    var offsets = [0]
    offsets.reserveCapacity(count + 1)
    for id in 0..<Int32(count) {
      if !endIDs.contains(id) { storage.append(contentsOf: bytes(id)) }
      offsets.append(storage.count)
    }
    (self.storage, self.offsets) = (storage, offsets)
    self.endIDs = endIDs.filter { $0 >= 0 && $0 < count }
  }

  /// Number of tokens.
  public var count: Int { offsets.count - 1 }

  /// The bytes of token `id`; none for those that stand for no text, end one, or are not in the vocabulary.
  public subscript(id: Int32) -> ArraySlice<UInt8> {
    guard id >= 0, id < count else { return [] }
    return storage[offsets[Int(id)]..<offsets[Int(id) + 1]]
  }
}
