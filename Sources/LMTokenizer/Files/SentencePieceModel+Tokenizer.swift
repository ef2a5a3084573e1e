import LMRuntime

extension Tokenizer {
  /// The tokenizer of a SentencePiece model, with the ids that sentencepiece gives.
  ///
  /// Control pieces are special tokens. Nothing is put around texts: whether a model wants `<s>` is not said here.
  /// - Throws: ``LMError`` where the model has a word or character vocabulary, or spaces behind words: these are not
  ///   supported yet.
  /// - Complexity: O(bytes of the pieces · length of a piece).
  public init(_ model: SentencePieceModel, from place: String) throws(LMError) {
    try model.checkSupported(place)
    let vocabulary = model.vocabulary
    let userDefined = UserDefinedPieces(model.ids(of: .userDefined), in: vocabulary)
    let tokenizerModel: TokenizerModel =
      model.algorithm == .bpe
      ? .characters(try model.bpe(vocabulary, userDefined, place))
      : .unigram(model.unigram(vocabulary, userDefined))
    var added: [AddedToken] = []
    for (id, piece) in model.pieces.enumerated() where piece.type == .control {
      added.append(AddedToken(String(decoding: piece.bytes, as: UTF8.self), id: Int32(id)))
    }
    func id(_ id: Int32) -> Int32? { model.pieces.indices.contains(Int(id)) ? id : nil }
    self.init(
      model: tokenizerModel,
      normalizer: .sentencePiece(
        try SentencePieceNormalizer(model.normalizer, userDefined: userDefined, at: place)),
      decoder: try model.decoder(),
      addedTokens: added,
      specialIDs: SpecialIDs(
        begin: id(model.beginID), end: id(model.endID), padding: id(model.paddingID)))
  }
}

extension SentencePieceModel {
  fileprivate func checkSupported(_ place: String) throws(LMError) {
    let problem: String? =
      if algorithm == .word || algorithm == .character {
        "has a vocabulary of whole words or characters"
      } else if putsSpaceBehindWords {
        "has spaces behind words"
      } else if !normalizer.escapesSpaces {
        "has spaces that are not escaped"
      } else if !denormalizer.precompiledCharsmap.isEmpty {
        "changes characters after decoding"
      } else {
        nil
      }
    if let problem {
      throw LMError(
        at: place, problem, remedy: "this is not supported: use the model's tokenizer.json, if it has one")
    }
  }

  /// Control and unknown pieces are no text; bytes are found by their names only.
  fileprivate var vocabulary: Vocabulary {
    var vocabulary = Vocabulary(reserving: pieces.count)
    for piece in pieces {
      vocabulary.append(piece.bytes, isLiteral: piece.type == .control || piece.type == .unknown)
    }
    return vocabulary
  }

  fileprivate func ids(of type: PieceType) -> [Int32] {
    pieces.indices.lazy.filter { pieces[$0].type == type }.map { Int32($0) }
  }

  /// A user-defined piece of n bytes has the score 0.1 · n - 0.1 whatever the file says, as in sentencepiece 0.2.3:
  /// that it always wins is not certain.
  fileprivate func unigram(_ vocabulary: Vocabulary, _ userDefined: UserDefinedPieces?) -> UnigramModel {
    let normal = pieces.lazy.filter { $0.type == .normal }.map(\.score)
    return UnigramModel(
      vocabulary: vocabulary, scores: pieces.map { Double($0.score) }, unknownID: ids(of: .unknown).first,
      usesByteFallback: fallsBackToBytes, precision: .single, unknownScore: Double((normal.min() ?? 0) - 10),
      userDefined: userDefined,
      pathScores: pieces.map {
        Double($0.type == .userDefined ? Float(0.1 * Double($0.bytes.count) - 0.1) : $0.score)
      },
      isFound: { pieces[$0].type == .normal || pieces[$0].type == .userDefined })
  }

  /// Any two neighbours whose text together is a normal piece merge, the best score first, the leftmost of equals.
  /// Unused pieces merge like normal ones, and fall apart in the end.
  fileprivate func bpe(
    _ vocabulary: Vocabulary, _ userDefined: UserDefinedPieces?, _ place: String
  ) throws(LMError) -> CharacterBPEModel {
    func isMerged(_ piece: Piece) -> Bool { piece.type == .normal || piece.type == .unused }
    var merges: [BPEModel.Merge] = []
    var scores: [Float] = []
    for (id, piece) in pieces.enumerated() where isMerged(piece) {
      let bytes = piece.bytes
      bytes.withUnsafeBufferPointer { bytes in
        for split in bytes.indices.dropFirst() where bytes[split] & 0xC0 != 0x80 {
          guard let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[..<split])),
            let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[split...])),
            isMerged(pieces[Int(left)]), isMerged(pieces[Int(right)])
          else { continue }
          merges.append(BPEModel.Merge(left: left, right: right, result: Int32(id)))
          scores.append(piece.score)
        }
      }
    }
    try PairTable.check(tokens: pieces.count, merges: merges.count, at: place)
    let best = Array(Set(scores)).sorted(by: >)
    let ranks = Dictionary(best.enumerated().map { ($1, UInt32($0)) }) { first, _ in first }
    var options = CharacterBPEModel.Options()
    options.unknownID = ids(of: .unknown).first
    options.fusesUnknown = true
    options.usesByteFallback = fallsBackToBytes
    return CharacterBPEModel(
      vocabulary: vocabulary, modelCount: pieces.count, merges: merges, ranks: scores.map { ranks[$0] ?? 0 },
      options: options, userDefined: userDefined, unused: Set(ids(of: .unused)))
  }

  fileprivate func decoder() throws(LMError) -> Decoder {
    var steps: [Decoder] = [.replace(TextPattern("\u{2581}"), " ")]
    if fallsBackToBytes { steps.append(.byteFallback) }
    steps.append(.fuse)
    if normalizer.addsDummyPrefix || normalizer.removesExtraSpaces {
      let count = normalizer.removesExtraSpaces ? Int(Int32.max) : 1
      steps.append(.strip(content: " ", start: count, stop: 0))
    }
    return .sequence(steps)
  }
}
