import LMRuntime

extension Tokenizer {
  /// The tokenizer of a SentencePiece model, with the ids that sentencepiece gives.
  ///
  /// Control pieces are special tokens. Nothing is put around texts: whether a model wants `<s>` is not said here.
  /// - Throws: ``LMError`` where the model has a word or character vocabulary, user-defined or unused pieces, or spaces
  ///   behind words: these are not supported yet.
  /// - Complexity: O(bytes of the pieces · length of a piece).
  public init(_ model: SentencePieceModel, from place: String) throws(LMError) {
    try model.checkSupported(place)
    let vocabulary = model.vocabulary
    let unknownID = model.pieces.firstIndex { $0.type == .unknown }.map { Int32($0) }
    let tokenizerModel: TokenizerModel
    if model.algorithm == .bpe {
      tokenizerModel = .characters(try model.bpe(vocabulary, unknownID, place))
    } else {
      let smallest = model.pieces.lazy.filter { $0.type == .normal }.map(\.score).min() ?? 0
      tokenizerModel = .unigram(
        UnigramModel(
          vocabulary: vocabulary, scores: model.pieces.map { Double($0.score) }, unknownID: unknownID,
          usesByteFallback: model.fallsBackToBytes, precision: .single, unknownScore: Double(smallest - 10),
          isFound: { model.pieces[$0].type == .normal }))
    }
    var added: [AddedToken] = []
    for (id, piece) in model.pieces.enumerated() where piece.type == .control {
      added.append(AddedToken(String(decoding: piece.bytes, as: UTF8.self), id: Int32(id)))
    }
    func id(_ id: Int32) -> Int32? { model.pieces.indices.contains(Int(id)) ? id : nil }
    self.init(
      model: tokenizerModel, normalizer: try model.normalization(place), decoder: try model.decoder(),
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
      } else if let piece = pieces.first(where: { $0.type == .userDefined || $0.type == .unused }) {
        "has the piece \(JSON.quoted(String(decoding: piece.bytes, as: UTF8.self))), which is user-defined or unused"
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

  /// Any two neighbours whose text together is a normal piece merge, the best score first, the leftmost of equals.
  fileprivate func bpe(
    _ vocabulary: Vocabulary, _ unknownID: Int32?, _ place: String
  ) throws(LMError) -> CharacterBPEModel {
    var merges: [BPEModel.Merge] = []
    var scores: [Float] = []
    for (id, piece) in pieces.enumerated() where piece.type == .normal {
      let bytes = piece.bytes
      bytes.withUnsafeBufferPointer { bytes in
        for split in bytes.indices.dropFirst() where bytes[split] & 0xC0 != 0x80 {
          guard let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[..<split])),
            let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[split...])),
            pieces[Int(left)].type == .normal, pieces[Int(right)].type == .normal
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
    options.unknownID = unknownID
    options.fusesUnknown = true
    options.usesByteFallback = fallsBackToBytes
    return CharacterBPEModel(
      vocabulary: vocabulary, modelCount: pieces.count, merges: merges, ranks: scores.map { ranks[$0] ?? 0 },
      options: options)
  }

  /// What sentencepiece's normalizer does, in its order. Only U+0020 is a space here.
  fileprivate func normalization(_ place: String) throws(LMError) -> Normalizer {
    var steps: [Normalizer] = []
    if !normalizer.precompiledCharsmap.isEmpty {
      steps.append(
        .precompiled(try CharacterMap(normalizer.precompiledCharsmap, rule: .longestMatch, at: place)))
    }
    if normalizer.removesExtraSpaces {
      steps.append(.replace(try TextPattern(regex: #"\A +"#), ""))
      steps.append(.replace(try TextPattern(regex: " +"), " "))
    }
    if normalizer.addsDummyPrefix { steps.append(.prepend(" ")) }
    steps.append(.replace(TextPattern(" "), "\u{2581}"))
    // At the end of the text marks go that it had itself, too.
    if normalizer.removesExtraSpaces { steps.append(.replace(try TextPattern(regex: #"\u2581+\z"#), "")) }
    return .sequence(steps)
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
