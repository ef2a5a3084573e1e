import LMRuntime

extension Tokenizer {
  /// Writes `tokenizer.json` and `tokenizer_config.json` into the folder `directory`, which is created where
  /// it is missing. Hugging Face's tokenizers and transformers open them and give the same ids.
  /// User-defined pieces of a SentencePiece model are written as added tokens.
  /// - Throws: ``LMError`` where a file cannot be written, or the model has what tokenizer.json cannot say.
  public func save(to directory: String) throws(LMError) {
    if case .characters(let model) = model, !model.unused.isEmpty {
      throw LMError(
        at: directory, "cannot get a tokenizer.json: it has no unused pieces, and the model has",
        remedy: "keep the SentencePiece model")
    }
    try FileSystem.createDirectory(directory)
    try tokenizerDocument().write(to: "\(directory)/tokenizer.json")
    try configurationDocument().write(to: "\(directory)/tokenizer_config.json")
  }

  /// The document for `tokenizer_config.json`: what was read there, with the special tokens of now.
  func configurationDocument() -> JSON {
    var object = configuration
    let special = [
      ("bos_token", specialIDs.begin), ("eos_token", specialIDs.end), ("pad_token", specialIDs.padding),
    ]
    for (key, id) in special { object[key] = id.flatMap(token).map { .string($0) } }
    if object["tokenizer_class"] == nil { object["tokenizer_class"] = "PreTrainedTokenizerFast" }
    object["clean_up_tokenization_spaces"] = .bool(cleansUpSpaces)
    return .object(object)
  }

  /// The document for `tokenizer.json`.
  func tokenizerDocument() -> JSON {
    [
      "version": "1.0", "truncation": nil, "padding": nil,
      "added_tokens": .array(writtenTokens.map(\.document)),
      "normalizer": NormalizerField.document(normalizer),
      "pre_tokenizer": PreTokenizerField.document(preTokenizer),
      "post_processor": PostProcessorField.document(self),
      "decoder": DecoderField.document(decoder),
      "model": modelDocument(),
    ]
  }

  private var writtenTokens: [AddedToken] {
    let userDefined = model.userDefined.map { AddedToken(token($0) ?? "", id: $0, isSpecial: false) }
    return userDefined.isEmpty ? addedTokens : (addedTokens + userDefined).sorted { $0.id < $1.id }
  }

  private func modelDocument() -> JSON {
    switch model {
    case .byteLevel(let model):
      var options = CharacterBPEModel.Options()
      options.unknownID = model.unknownID
      options.fusesUnknown = model.fusesUnknown
      options.ignoresMerges = model.ignoresMerges
      return bpeDocument(options)
    case .characters(let model): return bpeDocument(model.options)
    case .unigram(let model):
      let pieces = model.scores.indices.map { id -> JSON in
        [.string(String(decoding: model.vocabulary[id], as: UTF8.self)), .number(model.scores[id])]
      }
      return [
        "type": "Unigram", "unk_id": model.unknownID.map { .integer(Int($0)) } ?? nil,
        "vocab": .array(pieces), "byte_fallback": .bool(model.usesByteFallback),
      ]
    case .wordPiece(let model):
      return [
        "type": "WordPiece", "unk_token": .string(token(model.unknownID) ?? ""),
        "continuing_subword_prefix": .string(model.continuingPrefix),
        "max_input_chars_per_word": .integer(model.longestWord), "vocab": .object(vocabularyDocument()),
      ]
    case .wordLevel(let model):
      return [
        "type": "WordLevel", "vocab": .object(vocabularyDocument()), "unk_token": .string(model.unknownName),
      ]
    }
  }

  private func vocabularyDocument() -> JSONObject {
    var vocabulary = JSONObject()
    for id in 0..<Int32(model.modelCount) {
      if let name = token(id) { vocabulary[name] = .integer(Int(id)) }
    }
    return vocabulary
  }

  /// The merges, those first that go first; SentencePiece models have them in the order of what they give.
  private var mergesByRank: [BPEModel.Merge] {
    guard case .characters(let model) = model else { return self.model.merges }
    let ranks = model.merges.map { model.pairs.rank($0.left, $0.right) }
    let order = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    return order.map { model.merges[$0] }
  }

  private func bpeDocument(_ options: CharacterBPEModel.Options) -> JSON {
    let names = mergesByRank.map { (token($0.left) ?? "", token($0.right) ?? "") }
    // A half that has a space itself needs the longer form, which older libraries do not read.
    let isPlain = !names.contains { $0.utf8.contains(0x20) || $1.utf8.contains(0x20) }
    let merges: [JSON] = names.map { isPlain ? .string("\($0) \($1)") : [.string($0), .string($1)] }
    func affix(_ text: String) -> JSON { text.isEmpty ? nil : .string(text) }
    return [
      "type": "BPE", "dropout": nil, "unk_token": options.unknownID.flatMap(token).map { .string($0) } ?? nil,
      "continuing_subword_prefix": affix(options.continuingPrefix),
      "end_of_word_suffix": affix(options.endSuffix), "fuse_unk": .bool(options.fusesUnknown),
      "byte_fallback": .bool(options.usesByteFallback), "ignore_merges": .bool(options.ignoresMerges),
      "vocab": .object(vocabularyDocument()), "merges": .array(merges),
    ]
  }
}

extension AddedToken {
  /// The token as an element of `added_tokens`.
  var document: JSON {
    [
      "id": .integer(Int(id)), "content": .string(content), "single_word": .bool(isSingleWord),
      "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight), "normalized": .bool(isNormalized),
      "special": .bool(isSpecial),
    ]
  }
}
