import LMRuntime

/// Vocabularies from before tokenizer.json: BERT's `vocab.txt`, and GPT-2's `vocab.json` with `merges.txt`.
enum VocabularyFiles {
  /// BERT's: a token on every line, whose number is its id. `do_lower_case` and `strip_accents` of
  /// tokenizer_config.json count where it is there.
  static func bert(path: String, configuration: JSONField?) throws(LMError) -> Tokenizer {
    let file = try MappedFile(path)
    let lines = file.withBytes {
      $0.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    }
    var vocabulary = Vocabulary(reserving: lines.count)
    for (number, line) in lines.enumerated() {
      if number == lines.count - 1, line.isEmpty { break }
      let token = line.last == 0x0D ? line.dropLast() : line[...]
      guard String(validating: token, as: UTF8.self) != nil else {
        throw LMError(at: "\(path), line \(number + 1)", "is no UTF-8", remedy: "use the file as published")
      }
      if token.isEmpty { vocabulary.appendGap() } else { vocabulary.append(token) }
    }
    guard let unknown = vocabulary.id(of: Array("[UNK]".utf8)) else {
      throw LMError(at: path, "has no line [UNK]", remedy: "use the vocab.txt of a BERT model")
    }
    return bert(
      vocabulary, unknownID: unknown,
      normalizer: BertNormalizer(
        separatesChinese: try configuration?.optional("tokenize_chinese_chars")?.bool() ?? true,
        stripsAccents: try configuration?.optional("strip_accents")?.bool(),
        lowercases: try configuration?.optional("do_lower_case")?.bool() ?? true))
  }

  /// BERT's tokenizer with these entries; its special tokens are those of them with the customary names.
  static func bert(
    _ vocabulary: Vocabulary, unknownID: Int32, normalizer: BertNormalizer
  ) -> Tokenizer {
    func id(_ name: String) -> Int32? { vocabulary.id(of: Array(name.utf8)) }
    let names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    let added = names.compactMap { name in id(name).map { AddedToken(name, id: $0) } }
    let model = WordPieceModel(vocabulary: vocabulary, modelCount: vocabulary.count, unknownID: unknownID)
    return Tokenizer(
      model: .wordPiece(model), normalizer: .bert(normalizer), preTokenizer: .bert,
      decoder: .wordPiece(prefix: "##", cleansUp: true), addedTokens: added,
      template: SequenceTemplate(begin: id("[CLS]"), end: id("[SEP]")))
  }

  /// GPT-2's: a byte-level BPE with its pattern. `<|endoftext|>` is special where the vocabulary has it.
  static func gpt2(
    vocabulary path: String, merges mergesPath: String, configuration: JSONField?
  ) throws(LMError) -> Tokenizer {
    let field = JSONField(try JSON.read(path), in: path)
    var added: [AddedToken] = []
    for name in ["<|endoftext|>", "<s>", "<pad>", "</s>", "<unk>", "<mask>"] {
      if case .integer(let id) = try field.object()[name], let id = Int32(exactly: id), id >= 0 {
        added.append(AddedToken(name, id: id))
      }
    }
    let vocabulary = try VocabularyField.read(field, added, isByteLevel: true)
    let merges = try merges(mergesPath, vocabulary)
    try PairTable.check(tokens: vocabulary.tokens.count, merges: merges.count, at: mergesPath)
    let model = BPEModel(
      vocabulary: vocabulary.tokens, modelCount: vocabulary.modelCount, byteTokens: vocabulary.byteTokens,
      merges: merges)
    return Tokenizer(
      model: model, pattern: .gpt2, addedTokens: added,
      addsPrefixSpace: try configuration?.optional("add_prefix_space")?.bool() ?? false)
  }

  private static func merges(
    _ path: String, _ vocabulary: VocabularyField
  ) throws(LMError) -> [BPEModel.Merge] {
    let form = MergesField.Form(isByteLevel: true, prefix: [])
    let file = try MappedFile(path)
    let lines = file.withBytes { $0.split(separator: 0x0A).map { Array($0) } }
    var merges: [BPEModel.Merge] = []
    for (number, line) in lines.enumerated() {
      if line.starts(with: Array("#version".utf8)) { continue }
      let text = line.last == 0x0D ? Array(line.dropLast()) : line
      var bytes: [UInt8] = []
      let split = text.firstIndex(of: 0x20).flatMap { space in
        text.withUnsafeBufferPointer { text in
          MergesField.appendBoth(
            UnsafeBufferPointer(rebasing: text[..<space]),
            UnsafeBufferPointer(rebasing: text[(space + 1)...]), form, &bytes)
        }
      }
      guard let split, let merge = MergesField.merge(bytes, split, vocabulary.tokens, form) else {
        throw LMError(
          at: "\(path), line \(number + 1)", "is not two tokens of vocab.json that join to a third",
          remedy: "use a vocabulary and merges that belong together")
      }
      merges.append(merge)
    }
    return merges
  }
}
