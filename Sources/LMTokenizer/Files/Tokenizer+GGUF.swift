import LMRuntime

extension Tokenizer {
  /// Adds the keys `tokenizer.*` of a GGUF file that give the ids of this tokenizer, here and in llama.cpp.
  ///
  /// GGUF has names for some ways to split and normalize texts, and no words for others. So what was written is read
  /// again and compared on texts that tell tokenizers apart.
  /// - Parameter vocabularySize: ids that the model knows, at least ``vocabularySize``.
  /// - Throws: ``LMError`` where no choice of keys gives the same ids.
  /// - Complexity: O(bytes of the vocabulary).
  public func addGGUFVocabulary(
    to metadata: inout GGUFMetadata, vocabularySize: Int, at place: String
  ) throws(LMError) {
    let texts = probes
    for var draft in ggufDrafts {
      draft.pad(to: vocabularySize)
      var candidate = metadata
      try draft.write(to: &candidate)
      guard let read = try? Self.reading(candidate, place), read.gives(self, on: texts) else { continue }
      metadata = candidate
      return
    }
    throw LMError(
      at: place, "has a tokenizer that GGUF has no words for: \(ggufObstacle)",
      remedy: "convert without it (--no-tokenizer), or use the model as a folder")
  }

  private static func reading(_ metadata: GGUFMetadata, _ place: String) throws(LMError) -> Tokenizer {
    let head = try GGUFWriter(metadata, []).head
    return try head.withUnsafeBufferPointer { bytes throws(LMError) in
      try Tokenizer(GGUFVocabulary(GGUFFile(UnsafeRawBufferPointer(bytes), from: place)), from: place)
    }
  }

  private func gives(_ other: Tokenizer, on texts: [String]) -> Bool {
    texts.allSatisfy { text in
      guard let ids = try? encode(text, specials: .asText, addSpecialTokens: false) else { return false }
      let expected = try? other.encode(text, specials: .asText, addSpecialTokens: false)
      return ids == expected
    }
  }

  /// Texts in which patterns, normalizers and spaces show, and some of the vocabulary.
  private var probes: [String] {
    let step = max(1, vocabularySize / 2_000)
    let some = stride(from: 0, to: vocabularySize, by: step).compactMap { bytes(of: Int32($0)) }
    return [
      "It's DON'T we'll I'VE 1 12 123 1234567 x9y\n\n\t z  \r\n end. ", "  two  spaces ",
      "Ünïcödé ﬁ Å e\u{301} ①",
      "漢字とかな 한국어 русский 😀👩‍👩‍👧", "camelCaseHTMLParser //path/x _under-score_ (a+b)*c!?", "\u{2581}x\u{2581}",
      some.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "),
    ]
  }

  private var ggufObstacle: String {
    switch model {
    case .wordLevel: "a vocabulary of whole words"
    case .byteLevel where pattern == nil && !model.merges.isEmpty: "its splitting pattern"
    default: "its way to split or normalize texts"
    }
  }
}

extension Tokenizer {
  /// What might be written, the likeliest first.
  private var ggufDrafts: [GGUFVocabularyDraft] {
    switch model {
    case .byteLevel(let model): [byteLevelDraft(model)]
    case .characters(let model): sentencePieceDrafts("llama", characterScores(model), model.byteTokens)
    case .unigram(let model):
      sentencePieceDrafts(
        "t5", model.scores.map { Float($0) }, model.byteTokens)
    case .wordPiece: [wordPieceDraft]
    case .wordLevel: []
    }
  }

  /// A draft with all that models agree on.
  private func draft(_ model: String, _ preTokenizer: String) -> GGUFVocabularyDraft {
    var draft = GGUFVocabularyDraft(model: model, preTokenizer: preTokenizer, tokens: [], types: [])
    for id in 0..<Int32(vocabularySize) {
      let added = addedToken(id)
      let text = added.map { Array($0.content.utf8) } ?? tokenBytes(id)
      draft.tokens.append(text ?? Array("[PAD\(id)]".utf8))
      draft.types.append(
        text == nil ? .unused : added.map { $0.isSpecial ? .control : .userDefined } ?? .normal)
    }
    let ids = [("bos", specialIDs.begin), ("eos", specialIDs.end), ("padding", specialIDs.padding)]
    draft.specialIDs = ids.compactMap { name, id in id.map { (name, $0) } }
    draft.addsBegin = putsBeginInFront
    draft.addsEnd = specialIDs.end.map { template.suffix == [$0] } ?? false
    switch configuration["chat_template"] {
    case .string(let text): draft.chatTemplates = [("default", text)]
    case .array(let templates):
      draft.chatTemplates = templates.compactMap { template in
        guard case .object(let object) = template, case .string(let name)? = object["name"],
          case .string(let text)? = object["template"]
        else { return nil }
        return (name, text)
      }
    default: break
    }
    return draft
  }

  private func byteLevelDraft(_ model: BPEModel) -> GGUFVocabularyDraft {
    let name: String? =
      switch pattern {
      case .gpt2: "gpt-2"
      case .cl100k, .llama3: model.ignoresMerges ? "llama-bpe" : "dbrx"
      case .qwen2: "qwen2"
      case .o200k: "gpt-4o"
      // Without merges it does not matter where texts are split.
      case nil: "gpt-2"
      }
    var draft = draft("gpt2", name ?? "gpt-2")
    draft.merges = model.merges.map { (tokenBytes($0.left) ?? []) + [0x20] + (tokenBytes($0.right) ?? []) }
    if let id = model.unknownID { draft.specialIDs.append(("unknown", id)) }
    if bytePath?.addsPrefixSpace == true { draft.addsSpacePrefix = true }
    return draft
  }

  /// Minus the place of the first merge that gives a token: SentencePiece merges by the score of what comes out.
  private func characterScores(_ model: CharacterBPEModel) -> [Float] {
    var scores = [Float](repeating: -Float(model.merges.count), count: vocabularySize)
    for merge in model.merges {
      let rank = Float(model.pairs.rank(merge.left, merge.right))
      scores[Int(merge.result)] = max(scores[Int(merge.result)], -rank)
    }
    return scores
  }

  private func sentencePieceDrafts(
    _ name: String, _ scores: [Float], _ byteTokens: [Int32]
  ) -> [GGUFVocabularyDraft] {
    var base = draft(name, "default")
    base.scores = scores + [Float](repeating: 0, count: max(0, vocabularySize - scores.count))
    for id in byteTokens where id >= 0 { base.types[Int(id)] = .byte }
    if let id = unknownID {
      base.types[Int(id)] = .unknown
      base.specialIDs.append(("unknown", id))
    }
    base.precompiledCharsmap = precompiledCharsmap
    var drafts: [GGUFVocabularyDraft] = []
    for (adds, removes) in [(true, false), (false, false), (true, true), (false, true)] {
      var draft = base
      (draft.addsSpacePrefix, draft.removesExtraSpaces) = (adds, removes)
      drafts.append(draft)
    }
    return drafts
  }

  /// Tokens that begin words get ▁, those that go on lose ##.
  private var wordPieceDraft: GGUFVocabularyDraft {
    var draft = draft("bert", "jina-v2-en")
    if case .wordPiece(let model) = model {
      draft.types[Int(model.unknownID)] = .unknown
      draft.specialIDs.append(("unknown", model.unknownID))
      draft.tokens = zip(draft.tokens, draft.types).map { token, type in
        let isBracketed =
          token.count > 2 && token.first == UInt8(ascii: "[") && token.last == UInt8(ascii: "]")
        if type != .normal || isBracketed { return token }
        let prefix = Array(model.continuingPrefix.utf8)
        return token.starts(with: prefix)
          ? Array(token.dropFirst(prefix.count)) : Array("\u{2581}".utf8) + token
      }
    }
    if let id = template.prefix.first { draft.specialIDs += [("cls", id)] }
    if let id = template.suffix.last { draft.specialIDs += [("seperator", id)] }
    draft.specialIDs.removeAll { $0.name == "bos" || $0.name == "eos" }
    (draft.addsBegin, draft.addsEnd) = (!template.prefix.isEmpty, !template.suffix.isEmpty)
    return draft
  }

  private var unknownID: Int32? {
    switch model {
    case .characters(let model): model.options.unknownID
    case .unigram(let model): model.unknownID
    default: nil
    }
  }

  private var precompiledCharsmap: [UInt8] {
    for case .precompiled(let map) in normalizer.steps { return map.blob }
    return []
  }

  /// Whether a prompt begins with the begin of sequence: what tokenizer_config.json says, else where there is one.
  public var putsBeginInFront: Bool {
    guard let begin = specialIDs.begin else { return false }
    if template.prefix.first == begin { return true }
    if case .bool(let flag)? = configuration["add_bos_token"] { return flag }
    return true
  }
}
