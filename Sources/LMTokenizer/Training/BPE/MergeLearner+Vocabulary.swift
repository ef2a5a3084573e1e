import LMRuntime

/// How far the learning of merges has come.
public struct MergeProgress: Sendable {
  /// Ids so far.
  public let vocabularySize: Int
  /// Ids wanted.
  public let target: Int
  /// How often the pair that was merged last occurs.
  public let frequency: Int64
}

extension MergeLearner {
  /// What becomes of a pair whose token is there already.
  enum KnownToken {
    /// It is merged into that token, as in the trainer of Hugging Face's tokenizers.
    case isReused
    /// It stays two tokens.
    case isPassedOver
  }

  /// Merges pairs of `rows` until `vocabulary` has `size` ids or no pair occurs `minimumCount` times.
  /// - Parameters:
  ///   - join: The bytes of the token that two tokens become, nil where they must not be merged.
  ///   - progress: Called after every merge.
  static func learned(
    _ rows: consuming SymbolRows, _ vocabulary: inout Vocabulary, size: Int, minimumCount: Int,
    known policy: KnownToken = .isReused,
    join: (_ left: Int32, _ right: Int32, _ vocabulary: borrowing Vocabulary) -> [UInt8]?,
    _ progress: ((MergeProgress) -> Void)?
  ) -> [BPEModel.Merge] {
    var learner = MergeLearner(rows)
    var merges: [BPEModel.Merge] = []
    while vocabulary.count < size, let choice = learner.next(minimumCount: Int64(minimumCount)) {
      guard let bytes = join(choice.left, choice.right, vocabulary) else { continue }
      let known = vocabulary.id(of: bytes)
      if known != nil, policy == .isPassedOver { continue }
      let id = known ?? Int32(vocabulary.count)
      if known == nil { vocabulary.append(bytes) }
      learner.merge(choice, into: id, isNew: known == nil)
      merges.append(BPEModel.Merge(left: choice.left, right: choice.right, result: id))
      progress?(MergeProgress(vocabularySize: vocabulary.count, target: size, frequency: choice.count))
    }
    return merges
  }
}

/// The special tokens of a tokenizer that is to be trained.
enum SpecialTokens {
  /// The names without repetitions.
  /// - Throws: ``LMError`` where one is so short that it could be a character of the text.
  static func checked(_ names: [String]) throws(LMError) -> [String] {
    var seen: Set<ContentKey> = []
    let specials = names.filter { seen.insert(ContentKey($0)).inserted }
    guard let bad = specials.first(where: { $0.unicodeScalars.count < 2 }) else { return specials }
    throw LMError(
      .usage, at: "special token \(JSON.quoted(bad))", "has fewer than two characters",
      remedy: "choose a longer name, such as <|eos|>")
  }

  /// The same with the unknown token, which goes first where it is not among them.
  static func checked(_ names: [String], with unknown: String) throws(LMError) -> [String] {
    try checked(names.contains { KeyIndex.sameBytes($0, unknown) } ? names : [unknown] + names)
  }

  /// Most ids of a trained tokenizer.
  static let vocabularyLimit = PairTable.idLimit
}
