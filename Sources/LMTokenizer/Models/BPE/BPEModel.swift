import Synchronization

/// Byte-level byte-pair encoding: Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with
/// Subword Units" (arXiv 1508.07909), on bytes as in GPT-2.
///
/// A pre-token starts as one token per byte. While some adjacent pair is in the list of merges, the pair of
/// the smallest rank, the leftmost of equals, becomes one token.
package final class BPEModel: Sendable {
  /// One line of the list of merges, in order of rank.
  package struct Merge: Sendable, Equatable {
    package let left: Int32
    package let right: Int32
    package let result: Int32

    /// `left` and `right` join to `result`.
    package init(left: Int32, right: Int32, result: Int32) {
      self.left = left
      self.right = right
      self.result = result
    }
  }

  /// The bytes of every id, added tokens included.
  package let vocabulary: Vocabulary
  /// The merges in the order in which a file lists them.
  package let merges: [Merge]
  /// True where a pre-token that is a token as a whole is never taken apart.
  package let ignoresMerges: Bool
  /// What a byte without token becomes; nil drops it.
  let unknownID: Int32?
  /// True where a run of unknown bytes becomes a single unknown token.
  let fusesUnknown: Bool
  /// Number of ids that ``MergeRanks`` and whole pre-tokens may give: those of the model itself.
  let modelCount: Int

  package let pairs: PairTable
  /// The token of every byte, -1 where a byte has none.
  package let byteTokens: [Int32]

  /// Whether every byte has a token.
  let hasAllBytes: Bool

  /// How merges are ranked against each other.
  package enum MergeRanks: Sendable {
    /// By position in the list (tokenizer.json).
    case listOrder
    /// By the id they give, all ways to form a token being equal (tiktoken).
    case resultID
  }
  let ranks: MergeRanks

  package init(
    vocabulary: Vocabulary, modelCount: Int, byteTokens: [Int32], merges: [Merge],
    ranks: MergeRanks = .listOrder, ignoresMerges: Bool = false, unknownID: Int32? = nil,
    fusesUnknown: Bool = false
  ) {
    precondition(byteTokens.count == 256, "BPEModel: \(byteTokens.count) byte tokens, expected 256")
    self.vocabulary = vocabulary
    self.modelCount = modelCount
    self.byteTokens = byteTokens
    self.merges = merges
    self.ranks = ranks
    self.ignoresMerges = ignoresMerges
    self.unknownID = unknownID
    self.fusesUnknown = fusesUnknown
    pairs = PairTable(merges, ranks, byteTokens: byteTokens)
    hasAllBytes = byteTokens.allSatisfy { $0 >= 0 }
  }

  /// Where texts fall apart; made when it is first asked for.
  func crossings() -> TokenCrossings {
    madeCrossings.withLock { made in
      if let made { return made }
      let crossings = TokenCrossings(vocabulary, limit: modelCount)
      made = crossings
      return crossings
    }
  }

  private let madeCrossings = Mutex<TokenCrossings?>(nil)

  /// The id of a pre-token that is a token as a whole, where the model never takes such apart.
  func wholePieceID(_ piece: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard ignoresMerges, let id = vocabulary.id(of: piece), id < modelCount else { return nil }
    return id
  }
}
