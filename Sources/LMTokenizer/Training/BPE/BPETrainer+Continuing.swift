import LMRuntime

extension BPETrainer {
  /// Adds merges to a trained byte-level BPE tokenizer: new text, cut by the tokenizer's merges, is trained on
  /// until there are ``vocabularySize`` ids.
  ///
  ///     var counts = WordCounts(splitter: try TokenizerSplitter(tokenizer))
  ///     try counts.add(TextFiles(["law.txt"]))
  ///     let larger = try BPETrainer(vocabularySize: 40_000).train(counts, continuing: tokenizer)
  ///
  /// Old ids stay as they are, those of added tokens too; new ones follow the last of them, and new merges go
  /// behind all old ones. So text becomes the same old tokens first, and some neighbours of them then join. A
  /// pair that spells a token that is there already stays two tokens: every new token comes about in one way,
  /// and the tokenizer cuts the text as training did. ``specialTokens`` does not count here.
  ///
  /// An id that no token has (tiktoken's vocabularies have such) becomes that of `<|unused_ID|>`, a special
  /// token: a tokenizer.json has no gaps.
  /// - Parameters:
  ///   - words: The new text, cut by a ``TokenizerSplitter`` of the same tokenizer.
  ///   - tokenizer: Byte-level BPE.
  ///   - progress: Called after every merge on the calling thread.
  /// - Throws: ``LMError`` where ``vocabularySize`` is not above that of the tokenizer.
  /// - Complexity: that of ``train(_:progress:)``, and of encoding each distinct word.
  public func train(
    _ words: borrowing WordCounts, continuing tokenizer: Tokenizer,
    progress: ((MergeProgress) -> Void)? = nil
  ) throws(LMError) -> Tokenizer {
    guard case .byteLevel(let model) = tokenizer.model else {
      throw LMError(
        .usage, at: "the tokenizer", "is no byte-level BPE",
        remedy: "train a new one, or continue a byte-level one")
    }
    let (old, unused) = Self.withoutGaps(model.vocabulary)
    guard vocabularySize > old.count, vocabularySize <= SpecialTokens.vocabularyLimit else {
      throw LMError(
        .usage, at: "vocabulary size",
        "is \(vocabularySize), expected \(old.count + 1) to \(SpecialTokens.vocabularyLimit)",
        remedy: "the tokenizer to continue has \(old.count) ids, which all stay")
    }
    var merger = PieceMerger(model)
    let rows = try SymbolRows(words) { word, output in merger.encode(word, into: &output) }
    var vocabulary = old
    let merges = MergeLearner.learned(
      rows, &vocabulary, size: vocabularySize, minimumCount: minimumFrequency, known: .isPassedOver,
      join: { left, right, vocabulary in
        // What stands for no bytes of its own (an unknown byte) never grows.
        guard !vocabulary.literals.contains(left), !vocabulary.literals.contains(right) else { return nil }
        return Array(vocabulary[Int(left)] + vocabulary[Int(right)])
      }, progress)
    return tokenizer.with(model.extended(by: merges, vocabulary), unused)
  }

  /// The vocabulary with a token for every id, and those tokens.
  private static func withoutGaps(_ vocabulary: Vocabulary) -> (Vocabulary, [AddedToken]) {
    let gaps = (0..<vocabulary.count).filter { vocabulary.length($0) == 0 }
    guard !gaps.isEmpty else { return (vocabulary, []) }
    let unused = gaps.map { AddedToken("<|unused_\($0)|>", id: Int32($0)) }
    var next = unused[...]
    var full = Vocabulary(reserving: vocabulary.count)
    for id in 0..<vocabulary.count {
      if let token = next.first, token.id == id {
        full.append(token.content.utf8, isLiteral: true)
        next.removeFirst()
      } else {
        full.append(vocabulary[id], isLiteral: vocabulary.literals.contains(Int32(id)))
      }
    }
    return (full, unused)
  }
}

extension BPEModel {
  /// The model with more tokens and merges behind its own.
  fileprivate func extended(by merges: [Merge], _ vocabulary: Vocabulary) -> BPEModel {
    BPEModel(
      vocabulary: vocabulary, modelCount: vocabulary.count, byteTokens: byteTokens,
      merges: self.merges + merges, ranks: ranks, ignoresMerges: ignoresMerges, unknownID: unknownID,
      fusesUnknown: fusesUnknown)
  }
}

extension Tokenizer {
  /// The tokenizer with another model and more added tokens.
  fileprivate func with(_ model: BPEModel, _ unused: [AddedToken]) -> Tokenizer {
    Tokenizer(
      model: model, pattern: pattern, addedTokens: addedTokens + unused, normalizer: normalizer,
      addsPrefixSpace: bytePath?.addsPrefixSpace ?? false, template: template, specialIDs: specialIDs,
      configuration: configuration)
  }
}

/// Cuts text into the pre-tokens of a tokenizer, normalized as it does.
///
/// Added tokens and the space before a text are left out of account.
public struct TokenizerSplitter: WordSplitter {
  let pattern: SplitPattern
  let normalizer: Normalizer

  /// The splitter of a tokenizer that is yet to be trained.
  public init(_ pattern: SplitPattern, _ normalization: TextNormalization) {
    self.pattern = pattern
    normalizer = normalization.normalizer
  }

  /// - Throws: ``LMError`` where the tokenizer does not split text: its words would be whole documents.
  public init(_ tokenizer: Tokenizer) throws(LMError) {
    guard let pattern = tokenizer.pattern else {
      throw LMError(
        .usage, at: "the tokenizer", "does not split text into words",
        remedy: "train a new one with a pattern, or continue one that has a pattern")
    }
    self.pattern = pattern
    normalizer = tokenizer.normalizer
  }

  /// Calls `body` with every pre-token.
  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let cursor = TextCursor(text)
    guard normalizer != .none, let changed = normalizer.normalize(cursor.part(range)).bytes else {
      return pattern.forEachWord(in: text, range, body)
    }
    changed.withUnsafeBufferPointer { pattern.forEachWord(in: $0, 0..<$0.count, body) }
  }

  /// A space behind a visible ASCII character. What stands behind such a cut never changes what stands before
  /// it, so a part may be normalized alone.
  public func safeCut(in text: UnsafeBufferPointer<UInt8>, atOrAfter index: Int) -> Int {
    var cut = pattern.safeCut(in: text, atOrAfter: index)
    while normalizer != .none, cut < text.count, text[cut] != 0x20 {
      cut = pattern.safeCut(in: text, atOrAfter: cut + 1)
    }
    return cut
  }
}
